"""What the fake Slack and our product know of each other."""

APP_ID = "A0ONCALL01"
APP_TOKEN = "xapp-1-the-token-of-socket-mode"
CLIENT_ID = "111.222"
CLIENT_SECRET = "the secret of our app at Slack"
SIGNING_SECRET = "the secret that Slack signs with"
SITE = "https://oncall.example"
