"""Proves the promise by breaking a running instance: `manage.py prove`."""
