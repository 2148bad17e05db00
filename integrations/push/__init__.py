"""Pushes to browsers: our key, what a push says, and who receives it where."""
