"""How the providers fare, in a line each for those who run the installation."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import channels
from integrations.models import ProviderState
from oncall import moments
from oncall.admin_site import Health


def lines() -> Iterator[Health]:
    """Say of each provider that was used whether it works."""
    kinds = {channel.kind: str(channel.label) for channel in channels.every()}
    for state in ProviderState.objects.all():
        kind = kinds.get(state.kind, state.kind)
        yield Health(f"{kind}: {state.provider}", _words(state), not state.failures)


def _words(state: ProviderState) -> str:
    if not state.failures:
        return _("works")
    now = timezone.now()
    facts = {"count": state.failures, "error": state.last_error}
    words = _("%(count)d failures in a row: %(error)s") % facts
    if state.demoted_until is None or state.demoted_until <= now:
        return words
    time = moments.duration(state.demoted_until - now)
    return f"{words} {_('Asked last for another %s.') % time}"
