"""Providers of texts and calls: who they are, who is asked first, how they fare."""
