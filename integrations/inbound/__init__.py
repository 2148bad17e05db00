"""What tools send, turned into events: one module per format, and pure."""
