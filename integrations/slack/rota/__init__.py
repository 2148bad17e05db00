"""Topics and user groups that follow who is on call."""
