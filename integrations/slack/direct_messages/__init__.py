"""Pages as direct messages."""
