"""How the engine is, in a few cheap questions."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils.translation import gettext as _

from accounts import channels, tenancy
from incidents import auditor, engine, pulse
from incidents.models import Event, Notification, TimelineEntry
from oncall import moments
from oncall.admin_site import Health

# Older than this, the engine is behind or dead; as /readyz says.
BEHIND = timedelta(seconds=60)
WITHOUT_TICK = timedelta(seconds=30)
MANY = 10_000
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def due_work() -> Iterator[Health]:
    """Say how late the latest work is."""
    oldest, now = auditor.oldest_due(), engine.now()
    late = max(now - oldest, timedelta()) if oldest else timedelta()
    value = _ago(late) if late >= timedelta(seconds=1) else _("nothing is late")
    yield Health(_("Oldest due work"), value, late <= BEHIND)


def queues() -> Iterator[Health]:
    """Say how much waits: events that came in, deliveries that are due."""
    with tenancy.all_accounts():
        events = Event.across_accounts.filter(processed_at=None)
        due = Notification.across_accounts.filter(
            status=Notification.Status.PLANNED, send_at__lte=engine.now()
        )
        counts = [len(rows.order_by().values("pk")[:MANY]) for rows in (events, due)]
    for label, count in zip(
        (_("Events that wait"), _("Notifications that are due")), counts, strict=True
    ):
        yield Health(label, f"{count}+" if count == MANY else str(count))


def failures() -> Iterator[Health]:
    """Say what could not be delivered within the hour, by channel."""
    with tenancy.all_accounts():
        counts = dict(
            Notification.across_accounts.filter(
                status=Notification.Status.FAILED, failed_at__gt=engine.now() - HOUR
            )
            .order_by()
            .values_list("kind")
            .annotate(Count("pk"))
        )
    kinds = {channel.kind: str(channel.label) for channel in channels.every()}
    for kind in sorted({*kinds, *counts}):
        label = _("Failed within the hour: %(kind)s") % {"kind": kinds.get(kind, kind)}
        yield Health(label, str(counts.get(kind, 0)), not counts.get(kind))


def repairs() -> Iterator[Health]:
    """Say how often, within the day, something of the engine's had to be repaired."""
    with tenancy.all_accounts():
        since = engine.now() - DAY
        rows = TimelineEntry.across_accounts.filter(verb="repaired", at__gt=since)
        count = len(rows.order_by().values("pk")[:MANY])
    yield Health(_("Repaired within the day"), str(count), not count)


def last_tick() -> Iterator[Health]:
    """Say when the engine last ticked."""
    last = pulse.last()
    if last is None:
        yield Health(_("Last tick"), _("never"), is_good=False)
        return
    yield Health(_("Last tick"), _since(last), engine.now() - last <= WITHOUT_TICK)


def _since(at: datetime) -> str:
    return _ago(max(engine.now() - at, timedelta()))


def _ago(length: timedelta) -> str:
    return _("%(time)s ago") % {"time": moments.duration(length)}
