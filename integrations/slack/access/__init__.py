"""Workspaces: added, listed, and their channels picked."""
