"""The doors and the inbox: what people do in Slack is done here, and answered."""
