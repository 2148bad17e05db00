"""Slack's Web API: asked within a deadline, refused in words."""
