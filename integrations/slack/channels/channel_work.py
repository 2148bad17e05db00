"""Makes channels of incidents and keeps them as they should be, a step at a time.

Each step is written down before the next one, so that a worker that dies leaves only
its own step to be done again, and doing a step again changes nothing.
"""

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import tenancy
from integrations.chat import rooms
from integrations.models import IncidentChannel
from integrations.slack.channels import channel_steps

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=3)
BATCH: Final = 50
PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(minutes=10)
# So often something that is wrong with us is tried.
PATIENCE: Final = 8


def work_due(now: Callable[[], datetime]) -> int:
    """Look after every channel that is due; this will return how many.

    A workspace that does not answer is left alone for the rest of the round.
    """
    silent: set[int] = set()
    for count in range(BATCH):
        channel = _lease(now(), silent)
        if channel is None:
            return count
        try:
            _work(channel, now, silent)
        except Exception:
            logger.exception("Could not work incident channel %s", channel.pk)
            words = _("Something went wrong on our side.")
            if channel.attempts >= PATIENCE:
                _give_up(channel, words, now())
            else:
                _settle(channel, now() + LONGEST_PAUSE, error=words)
    return BATCH


def _lease(at: datetime, silent: set[int]) -> IncidentChannel | None:
    with tenancy.all_accounts():
        due = IncidentChannel.across_accounts.filter(
            Q(lease=None) | Q(leased_until__lte=at), due_at__lte=at
        ).exclude(workspace__in=silent)
        found = due.select_for_update(skip_locked=True, of=("self",)).select_related(
            "account", "workspace"
        )
        channel = found.order_by("due_at", "id").first()
        if channel is not None:
            channel.lease, channel.leased_until = uuid.uuid4(), at + LEASE
            channel.attempts += 1
            channel.save(update_fields=["lease", "leased_until", "attempts"])
        return channel


def _work(
    channel: IncidentChannel, now: Callable[[], datetime], silent: set[int]
) -> None:
    try:
        wait = channel_steps.take_all(channel, now)
    except rooms.Limited as failure:
        silent.add(channel.workspace_id)
        until = now() + failure.retry_after
        _settle(channel, until, error=str(failure))
        _hold(channel, until)
    except rooms.Unavailable as failure:
        silent.add(channel.workspace_id)
        pause = min(PAUSE * 2 ** min(channel.attempts, 8), LONGEST_PAUSE)
        _settle(channel, now() + pause, error=str(failure))
    except rooms.Failure as failure:
        if channel.channel_id:
            # It is there; the next change of the incident tries again.
            _settle(channel, None, error=str(failure))
        else:
            _give_up(channel, str(failure), now())
    else:
        _settle(channel, now() + wait if wait else None, is_done=wait is None)


def _settle(
    channel: IncidentChannel,
    due_at: datetime | None,
    *,
    error: str = "",
    is_done: bool = False,
) -> None:
    """Let it go; what has happened meanwhile makes it due at once."""
    values: dict[str, object] = {"lease": None, "leased_until": None}
    values |= {"last_error": error[:300]}
    if is_done:
        values["attempts"] = 0
    with tenancy.scope(channel.account):
        mine = channel.account.incident_channels.filter(
            pk=channel.pk, lease=channel.lease
        )
        same = mine.filter(wanted=channel.wanted)
        if not same.update(due_at=due_at, **values):
            mine.update(**values)


def _hold(channel: IncidentChannel, until: datetime) -> None:
    """Leave the others of the workspace alone as well for so long."""
    with tenancy.scope(channel.account):
        others = channel.workspace.incident_channels.filter(due_at__lt=until)
        others.update(due_at=until)


def _give_up(channel: IncidentChannel, words: str, at: datetime) -> None:
    with tenancy.scope(channel.account):
        channel.account.incident_channels.filter(
            pk=channel.pk, lease=channel.lease
        ).update(
            failed_at=at,
            last_error=words[:300],
            due_at=None,
            lease=None,
            leased_until=None,
        )
