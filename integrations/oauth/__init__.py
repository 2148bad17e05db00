"""The OAuth 2.0 provider: people let apps act for them, in one account each time."""
