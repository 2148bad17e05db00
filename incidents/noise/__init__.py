"""Keeps noise from people: what is held back, grouped, suppressed, or in a storm."""
