"""A channel of its own for an incident."""
