"""How telling those outside goes, for operators, in a few cheap questions."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Min
from django.utils.translation import gettext as _

from accounts import tenancy
from incidents import engine
from incidents.models import OutboxEntry
from integrations.models import WebhookDelivery, WebhookSubscription
from oncall import moments
from oncall.admin_site import Health

# Older than this, nobody hands on what happens: no worker has the queue `outbox`.
BEHIND = timedelta(seconds=60)
MANY = 10_000


def lines() -> Iterator[Health]:
    """Say what waits to be told, and to whom it cannot be told now."""
    with tenancy.all_accounts():
        entries = OutboxEntry.across_accounts.filter(set_aside_at=None)
        oldest = entries.aggregate(at=Min("at"))["at"]
        aside = OutboxEntry.across_accounts.exclude(set_aside_at=None).count()
        waiting = WebhookDelivery.across_accounts.filter(state="waiting")
        count = len(waiting.order_by().values("pk")[:MANY])
        disabled = WebhookSubscription.across_accounts.exclude(disabled_until=None)
        left_alone = disabled.count()
    late = max(engine.now() - oldest, timedelta()) if oldest else timedelta()
    words = moments.duration(late) if late > timedelta(seconds=1) else _("none waits")
    yield Health(_("Oldest event to be told outside"), words, late <= BEHIND)
    yield Health(_("Events that cannot be told outside"), str(aside), not aside)
    yield Health(_("Webhooks that wait"), f"{count}+" if count == MANY else str(count))
    yield Health(_("Webhooks switched off for a day"), str(left_alone))
