"""The Django project, and who is on call."""
