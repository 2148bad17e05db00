"""Every door to the outside."""
