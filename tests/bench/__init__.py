"""Measures the running product beside a bare baseline: `python -m tests.bench`."""
