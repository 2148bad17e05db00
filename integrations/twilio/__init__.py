"""Texts and calls through Twilio, and what Twilio calls back with."""
