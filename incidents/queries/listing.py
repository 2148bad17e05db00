"""The list of incidents: its tabs, its scopes, its rows and its counts."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Count,
    Func,
    IntegerField,
    OuterRef,
    Prefetch,
    QuerySet,
    Subquery,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Membership
from incidents.models import Acknowledgement, Alert, Assignment, Incident
from incidents.states import ACKNOWLEDGED, RESOLVED, TRIGGERED

OPEN: Final = (TRIGGERED, ACKNOWLEDGED)
# Which statuses a tab shows, in this order; the empty one stands for every status.
TABS: Final[dict[str, tuple[str, ...]]] = {
    "open": OPEN,
    "triggered": (TRIGGERED,),
    "acknowledged": (ACKNOWLEDGED,),
    "resolved": (RESOLVED,),
    "all": ("",),
}
TAB_LABELS: Final = {
    "open": _("Open"),
    "triggered": _("Triggered"),
    "acknowledged": _("Acknowledged"),
    "resolved": _("Resolved"),
    "all": _("All"),
}
# Beyond this nobody counts; a page must not count millions of rows.
MOST_COUNTED: Final = 1000

Scope = Callable[[QuerySet[Incident], Membership], QuerySet[Incident]]
SCOPES: Final[dict[str, Scope]] = {
    "mine": lambda found, me: found.filter(assignments__membership=me),
    "teams": lambda found, me: found.filter(
        service__team_id__in=me.places.values("team_id")
    ),
    "all": lambda found, me: found,
}
SCOPE_LABELS: Final = {"mine": _("Mine"), "teams": _("My teams"), "all": _("All")}


def with_rows(found: QuerySet[Incident]) -> QuerySet[Incident]:
    """Let incidents bring along what their rows show, less the people."""
    rows = found.select_related("service", "priority", "merged_into")
    return rows.annotate(alert_count=_alert_count())


def with_people(rows: list[Incident]) -> list[Incident]:
    """Add who has the incidents and who acknowledged them, in two queries for all."""
    prefetch_related_objects(
        rows,
        Prefetch(
            "assignments",
            Assignment.across_accounts.select_related("membership__user"),
        ),
        Prefetch(
            "acknowledgements",
            Acknowledgement.across_accounts.select_related("membership__user"),
        ),
    )
    return rows


def _alert_count() -> Coalesce:
    alerts = Alert.across_accounts.filter(incident=OuterRef("pk")).order_by()
    counted = alerts.values("incident").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def in_order(found: QuerySet[Incident], numbers: Sequence[int]) -> list[Incident]:
    """Find incidents by number, in the order of the numbers; this skips strangers."""
    rows = {row.number: row for row in with_rows(found.filter(number__in=numbers))}
    return with_people([rows[number] for number in numbers if number in rows])


def counts(
    account: Account, found: QuerySet[Incident], tabs: Collection[str]
) -> dict[str, str]:
    """Count the incidents of each tab, up to "1000+", in one query."""
    expressions = {tab: _capped(found, TABS[tab]) for tab in tabs}
    row: Mapping[str, Any] = (
        Account.objects.filter(pk=account.pk).annotate(**expressions).values(*tabs)[0]
    )
    return {tab: _number(row[tab]) for tab in tabs}


def open_count(account: Account, most: int = 99) -> str:
    """Count the account's open incidents, up to "99+"; nothing for none."""
    triggered, acknowledged = (
        account.incidents.filter(status=status).values("pk") for status in OPEN
    )
    # Each half comes from the index, which an IN over two statuses may not.
    found = triggered[: most + 1].union(acknowledged[: most + 1], all=True)
    number = found.count()
    return _number(number, most) if number else ""


def _capped(found: QuerySet[Incident], statuses: Sequence[str]) -> Func:
    if "" not in statuses:
        found = found.filter(status__in=statuses)
    pks = found.order_by().values("pk")[: MOST_COUNTED + 1]
    return Func(ArraySubquery(pks), function="cardinality", output_field=IntegerField())


def _number(number: int, most: int = MOST_COUNTED) -> str:
    return f"{most}+" if number > most else str(number)
