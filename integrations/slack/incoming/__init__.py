"""What a request of Slack says: whose it is, who sent it, and what they pressed."""
