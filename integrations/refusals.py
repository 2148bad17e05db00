"""How providers of texts and calls refuse, beyond what every channel knows."""

from accounts import channels


class RefusedHere(channels.PermanentFailure):
    """This provider will never take it for this address, but another one may."""


class Unsubscribed(channels.PermanentFailure):
    """The person has answered STOP; nobody may text the number any more."""
