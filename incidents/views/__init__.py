"""The pages of incidents, services and integrations."""
