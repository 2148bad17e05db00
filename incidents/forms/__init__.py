"""What people fill in about incidents, services and integrations."""
