"""How things look in Slack: messages, forms, and their pieces."""
