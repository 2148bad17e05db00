"""Forms about accounts and people."""
