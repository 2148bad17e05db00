"""Doubles of providers that speak their real protocols."""
