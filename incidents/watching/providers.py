"""A provider fails: deliveries of one kind do not leave an account any more.

The failures are read from the index of dead letters (`notification_failed`) and, for
those that are tried again, from that of due rows (`notification_due`); what went well
from the contact methods. So history, however long, costs nothing.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts import channels, tenancy
from accounts.models import Account
from incidents import own
from incidents.models import Incident, Notification
from incidents.states import RESOLVED

logger = logging.getLogger(__name__)

WINDOW = timedelta(minutes=10)
# A delivery that still has not left so long after it was due counts: a shorter
# trouble is over after one or two attempts more, and nobody must hear of it.
LASTING = timedelta(minutes=2)
# Fewer failures than these, or a smaller share of the addresses, are bad luck.
LEAST = 3
SHARE = 0.5
# Without any failure for so long, it counts as recovered, if nothing was sent either.
FORGOTTEN = timedelta(hours=1)
# Whatever is tried again is tried within so long.
SOON = timedelta(minutes=5)
PREFIX = "failing:"
MOST_ROWS = 10_000
State = Notification.Status

# The account, kind, contact method, service of the incident, and the error.
Failure = tuple[int, str, int, int | None, str]


@dataclass(slots=True)
class Trouble:
    """The failures of one account's deliveries of one kind, of late."""

    account_id: int
    kind: str
    count: int = 0
    methods: set[int] = field(default_factory=set)
    service_id: int = 0
    error: str = ""

    @property
    def own_key(self) -> str:
        return PREFIX + self.kind


def sweep(at: datetime) -> None:
    """Open an incident where deliveries fail, for the owners; end it after recovery."""
    with tenancy.all_accounts():
        troubles = [t for t in _troubles(at) if t.count >= LEAST and t.service_id]
        accounts = Account.objects.in_bulk({t.account_id for t in troubles})
        ours = Incident.across_accounts.exclude(status=RESOLVED).exclude(own_key="")
        told = list(ours.filter(own_key__startswith=PREFIX).select_related("account"))
    for trouble in troubles:
        _try(accounts[trouble.account_id], trouble, at=at)
    failing = {(t.account_id, t.own_key) for t in troubles}
    for incident in told:
        if (incident.account_id, incident.own_key) not in failing:
            with tenancy.scope(incident.account):
                _end_if_recovered(incident, at=at)


def _troubles(at: datetime) -> list[Trouble]:
    """Gather the failures by account and kind."""
    found: dict[tuple[int, str], Trouble] = {}
    for account, kind, method, service, error in (*_failed(at), *_tried_again(at)):
        trouble = found.setdefault((account, kind), Trouble(account, kind))
        trouble.count += 1
        trouble.methods.add(method)
        trouble.service_id = trouble.service_id or service or 0
        trouble.error = trouble.error or error
    return list(found.values())


def _failed(at: datetime) -> list[Failure]:
    """Read what was given up within the window."""
    rows = _counted(at).filter(status=State.FAILED, failed_at__gt=at - WINDOW)
    return _values(rows.order_by("-failed_at"))


def _tried_again(at: datetime) -> list[Failure]:
    """Read what failed and waits for another attempt, all of which is due soon."""
    rows = _counted(at).filter(
        status=State.PLANNED,
        send_at__lt=at + SOON,
        attempts__gt=0,
    )
    return _values(rows.exclude(error="").order_by("send_at"))


def _counted(at: datetime) -> QuerySet[Notification]:
    """Leave out what an address or we are to blame for: else one failure makes more."""
    return Notification.across_accounts.filter(
        Q(incident=None) | Q(incident__own_key=""),
        planned_for__lte=at - LASTING,
        contact_method__verified_at__isnull=False,
    )


def _values(rows: QuerySet[Notification]) -> list[Failure]:
    return list(
        rows.values_list(
            "account_id", "kind", "contact_method_id", "incident__service_id", "error"
        )[:MOST_ROWS]
    )


def _try(account: Account, trouble: Trouble, *, at: datetime) -> None:
    try:
        with tenancy.scope(account):
            if _share(account, trouble, at=at) >= SHARE:
                _open(account, trouble, at=at)
    except Exception:
        logger.exception("Could not tell account %s what fails", account.pk)


def _share(account: Account, trouble: Trouble, *, at: datetime) -> float:
    """Say which part of the addresses tried of late cannot be reached now."""
    methods = account.contact_methods.filter(kind=trouble.kind)
    tried = methods.filter(
        Q(pk__in=trouble.methods) | Q(last_delivery_at__gt=at - WINDOW)
    )
    # An address that took something since then works again.
    failing = methods.filter(pk__in=trouble.methods).exclude(
        last_delivery_at__gt=at - LASTING
    )
    return failing.count() / max(1, tried.count())


def _open(account: Account, trouble: Trouble, *, at: datetime) -> None:
    labels = {channel.kind: str(channel.label) for channel in channels.every()}
    kind = {"kind": labels.get(trouble.kind, trouble.kind)}
    service = account.services.select_related("account", "escalation_policy").get(
        pk=trouble.service_id
    )
    own.open_once(
        service,
        trouble.own_key,
        title=_("Deliveries by %(kind)s are failing") % kind,
        lines=[
            _(
                "%(count)s deliveries of the last 10 minutes failed, to %(number)s"
                " addresses."
            )
            % {"count": trouble.count, "number": len(trouble.methods)},
            _("The last reason: %(error)s") % {"error": trouble.error},
            _("People are told by their other contact methods as their rules say."),
            _("This incident ends by itself once deliveries by %(kind)s succeed.")
            % kind,
        ],
        at=at,
        people=own.owners(account),
    )


def _end_if_recovered(incident: Incident, *, at: datetime) -> None:
    """End it after a delivery went well, or when nothing failed for long."""
    went_well = incident.account.contact_methods.filter(
        kind=incident.own_key.removeprefix(PREFIX),
        last_delivery_at__gt=max(incident.created_at, at - WINDOW),
    )
    if went_well.exists() or incident.created_at <= at - FORGOTTEN:
        own.end(incident.account, incident.own_key, at=at)
