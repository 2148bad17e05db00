"""Which members people in Slack are."""
