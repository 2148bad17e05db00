"""Notices that a tool, which should speak regularly, says nothing any more."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit, tenancy
from accounts.permissions import Actor
from incidents import own, uptime
from incidents.models import Integration
from oncall import moments

logger = logging.getLogger(__name__)

# A tool that speaks all the time is not written down more often.
EVERY = timedelta(seconds=10)
BATCH = 200
POSTPONEMENT = timedelta(minutes=1)


@transaction.atomic
def allow(
    integration: Integration,
    length: timedelta | None,
    *,
    actor: Actor,
    at: datetime,
) -> Integration:
    """Let the tool be silent for so long; None stands for ever.

    The time runs from now on, or from the first event of a tool that never spoke.
    """
    actor.require("configure", of=integration.service)
    integration = (
        integration.account.integrations.select_for_update(of=("self",))
        .select_related("account", "service")
        .get(pk=integration.pk)
    )
    if integration.quiet_after == length:
        return integration
    integration.quiet_after = length
    has_spoken = integration.last_event_at is not None
    integration.quiet_at = at + length if length and has_spoken else None
    integration.save(update_fields=["quiet_after", "quiet_at"])
    own.end(integration.account, _own_key(integration), at=at)
    audit.record(actor, "changed expected events", integration, at=at)
    return integration


def heard(integration: Integration, *, at: datetime) -> None:
    """Note that the tool spoke; an incident about its silence ends. In its scope."""
    last = integration.last_event_at
    is_quiet = bool(integration.quiet_after and integration.quiet_at is None)
    if last is not None and at - last < EVERY and not is_quiet:
        return
    if is_quiet and last is not None:
        own.end(integration.account, _own_key(integration), at=at)
    integration.last_event_at = at
    if integration.quiet_after:
        integration.quiet_at = at + integration.quiet_after
    integration.save(update_fields=["last_event_at", "quiet_at"])


def sweep(at: datetime) -> int:
    """Open an incident for each tool that is silent for too long."""
    with tenancy.all_accounts():
        due = Integration.across_accounts.filter(quiet_at__lte=at)
        found = list(due.select_related("account").order_by("quiet_at")[:BATCH])
    for integration in found:
        try:
            with tenancy.scope(integration.account):
                if fresh := _still_due(integration, at=at):
                    _go_quiet(fresh, at=at)
        except Exception:
            logger.exception("Could not call integration %s quiet", integration.pk)
            with tenancy.scope(integration.account):
                _postpone(integration, at=at)
    return len(found)


def _still_due(integration: Integration, *, at: datetime) -> Integration | None:
    # Not held while its events are worked; then it is not quiet anyhow.
    return (
        integration.account.integrations.select_for_update(
            of=("self",), no_key=True, skip_locked=True
        )
        .select_related("account", "service__account", "service__escalation_policy")
        .filter(pk=integration.pk, quiet_at__lte=at)
        .first()
    )


def _go_quiet(integration: Integration, *, at: datetime) -> None:
    since, length = integration.last_event_at, integration.quiet_after
    if integration.events.filter(processed_at=None).exists():
        # It spoke; we are behind.
        _postpone(integration, at=at)
        return
    integration.quiet_at = None
    if length is None or integration.disabled_at or integration.service.disabled_at:
        pass
    elif not uptime.ran(at - length, at):
        # What it said meanwhile was lost on us.
        integration.quiet_at = at + length
    else:
        _open(integration, moments.duration(at - since if since else length), at=at)
    integration.save(update_fields=["quiet_at"])


def _open(integration: Integration, silence: str, *, at: datetime) -> None:
    names = {"name": integration.name, "service": integration.service.name}
    own.open_once(
        integration.service,
        _own_key(integration),
        title=_("%(name)s of %(service)s went quiet") % names,
        lines=[
            _("No event came for %(time)s.") % {"time": silence},
            _("It is expected to send one at least every %(time)s.")
            % {"time": moments.duration(integration.quiet_after or timedelta())},
            _("Is the tool running, and does it reach this address?"),
            _("This incident ends by itself with the next event."),
        ],
        at=at,
    )


def _postpone(integration: Integration, *, at: datetime) -> None:
    Integration.across_accounts.filter(pk=integration.pk).update(
        quiet_at=at + POSTPONEMENT
    )


def _own_key(integration: Integration) -> str:
    return f"quiet:{integration.public_id}"
