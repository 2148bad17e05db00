"""The words that every carrier wants answered, from any number: STOP, START, HELP."""

import re

from django.conf import settings
from django.utils.translation import gettext as _

from integrations import switches
from integrations.messages import PRODUCT

STOP = {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"}
START = {"start", "unstop", "yes"}
HELP = {"help", "info"}


def answer(number: str, body: str) -> str:
    """Do what such a word demands; this will return what to text back, or nothing.

    Asked outside of any scope.
    """
    word = re.sub(r"[\s.!?\"']+", "", body.lower())
    if word in STOP:
        switches.stop(number)
        return _(
            "%(product)s: you are unsubscribed and get no more texts, pages neither."
            " Reply START to get them again."
        ) % {"product": PRODUCT}
    if word in START:
        switches.start(number)
        return _(
            "%(product)s: you get texts again. Reply HELP for help, STOP to end."
        ) % {"product": PRODUCT}
    if word in HELP:
        return _(
            "%(product)s pages people on call. Reply 4 to acknowledge, 6 to resolve,"
            " STOP to end. Help: %(site)s"
        ) % {"product": PRODUCT, "site": settings.SITE_URL}
    return ""
