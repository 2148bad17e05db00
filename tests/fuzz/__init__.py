"""Throws what the schema allows, and what it does not, at a running instance."""
