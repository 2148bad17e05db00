"""Remembers when the engine ran, so that our own absence is nobody else's silence.

The pulse in Redis says how it is now; these rows survive a restart of everything.
"""

from datetime import datetime, timedelta

from incidents.models import EngineRun

# A shorter break is none: whoever calls us tries again for so long.
BREAK = timedelta(seconds=60)
# Often enough to tell a break, and seldom enough to cost nothing.
EVERY = timedelta(seconds=10)
# Longer than the longest interval and grace of a heartbeat.
KEPT = timedelta(days=90)


def note(at: datetime) -> None:
    """Note a tick; after a break this will begin another run."""
    latest = EngineRun.objects.order_by("-until").first()
    if latest is None or at - latest.until > BREAK:
        EngineRun.objects.create(since=at, until=at)
        EngineRun.objects.filter(until__lt=at - KEPT).delete()
    elif at - latest.until >= EVERY:
        EngineRun.objects.filter(pk=latest.pk, until__lt=at).update(until=at)


def ran(since: datetime, until: datetime) -> bool:
    """Say whether the engine ran all the time in between, short breaks aside."""
    return EngineRun.objects.filter(since__lte=since, until__gte=until - BREAK).exists()
