"""Forms of the doors to the outside."""
