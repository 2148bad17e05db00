"""From an event to a delivery."""
