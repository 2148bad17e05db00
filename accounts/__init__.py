"""Accounts (the tenants), their people, and how to reach them."""
