"""Pages and callbacks of the doors to the outside."""
