"""The demo: an account to try things in, and a partner to connect."""
