"""Template tags of the doors to the outside."""
