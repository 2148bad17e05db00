"""The examples of our documentation: each operation once, in a sensible order."""
