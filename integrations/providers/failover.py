"""Hands a message to the first provider that takes it."""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from accounts import channels
from integrations.providers import standing
from integrations.providers.gateway import Gateway
from integrations.providers.protocol import Provider
from integrations.providers.twilio import Twilio
from integrations.refusals import RefusedHere

PROVIDERS: dict[str, Provider] = {
    provider.name: provider for provider in (Twilio(), Gateway())
}


def hand_over(kind: str, attempt: Callable[[Provider], str]) -> channels.Sent:
    """Ask one provider after the other; this will say who took it, and its id there.

    Raises PermanentFailure as soon as one says that the number is no good, and
    TemporaryFailure when none could take it now.
    """
    failures: list[str] = []
    refusal: RefusedHere | None = None
    for name in standing.ordered(kind, set_up(kind)):
        try:
            taken = attempt(PROVIDERS[name])
        except channels.TemporaryFailure as failure:
            standing.failed(name, kind, str(failure))
            failures.append(str(failure))
        except RefusedHere as here:
            refusal = here
        else:
            standing.succeeded(name, kind)
            return channels.Sent(taken, name)
    if failures:
        raise channels.TemporaryFailure(" ".join(failures))
    raise refusal or channels.PermanentFailure(
        # A message that nobody will ever see must not count as sent.
        _("Texts and calls are not set up on this installation.")
    )


def find(kind: str, token: str, since: datetime) -> channels.Sent | None:
    """Ask each provider whether it has taken an attempt; None where none says so."""
    return next(_found(kind, token, since), None)


def set_up(kind: str) -> list[str]:
    """Name the providers of a kind that can be asked, in the order of the settings."""
    order = {"sms": settings.SMS_PROVIDERS, "voice": settings.VOICE_PROVIDERS}[kind]
    named = [name for name in order if PROVIDERS[name].takes(kind)]
    if not named and settings.EMBEDDED:
        # Nobody is set up, so that it waits in the local outbox.
        return [Twilio.name]
    return named


def _found(kind: str, token: str, since: datetime) -> Iterator[channels.Sent]:
    for name in set_up(kind):
        try:
            taken = PROVIDERS[name].find(kind, token, since)
        except channels.TemporaryFailure:
            # Who does not answer does not know: it is sent again, rather than lost.
            continue
        if taken is not None:
            yield channels.Sent(taken, name)
