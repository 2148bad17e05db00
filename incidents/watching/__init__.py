"""What goes wrong with ourselves, and opens incidents: one cause in each module."""
