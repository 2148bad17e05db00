"""Telegram: groups in which a bot of people's own shows incidents and takes answers."""
