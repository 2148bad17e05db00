"""Keys pressed in a call, whoever carries the call: what each stands for."""

from datetime import datetime

from integrations import replies

KEYS = {"4": "acknowledge", "6": "resolve", "1": "accept", "2": "decline"}


def press(token: str, digits: str, *, at: datetime) -> replies.Reply | None:
    """Do what a key stands for; None says that it stands for nothing in this call."""
    verb = KEYS.get(digits)
    if verb is None or not replies.offers(token, verb):
        return None
    return replies.answer(token, verb, via="voice", at=at)
