"""The incident list: tabs, scopes, filters, and its refresh."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from accounts.requests import AccountRequest, member
from incidents import wording
from incidents.filters import IncidentFilter, incident_filter
from incidents.models import Incident
from incidents.queries import listing
from incidents.queries.pages import SIZE, Cursor, Page, page
from incidents.views.verbs import VERBS

BULK = ("acknowledge", "resolve", "snooze", "reassign", "merge", "note")
KEYS = {"acknowledge": "a", "resolve": "r", "snooze": "s", "note": "n"}
# Counting these may read a whole account unless an index narrows them.
LONG_TABS = ("resolved", "all")


@dataclass(frozen=True, slots=True)
class View:
    """What the address asks for: a tab, a scope, and the filters."""

    tab: str
    scope: str
    filters: IncidentFilter
    scoped: QuerySet[Incident]

    @classmethod
    def of(cls, request: AccountRequest) -> "View":
        """Read the address; what makes no sense is as if it were not there."""
        tab = request.GET.get("tab", "")
        scope = request.GET.get("scope", "")
        scope = scope if scope in listing.SCOPES else "all"
        found = listing.SCOPES[scope](
            request.account.incidents.all(), request.membership
        )
        filters = incident_filter(request, found)
        tab = tab if tab in listing.TABS else "open"
        return cls(tab, scope, filters, filters.qs)

    @property
    def matching(self) -> QuerySet[Incident]:
        """Every incident of the tab, in no order."""
        statuses = listing.TABS[self.tab]
        if "" in statuses:
            return self.scoped
        return self.scoped.filter(status__in=statuses)

    def counted_tabs(self) -> list[str]:
        """List the tabs that can be counted without reading a whole account."""
        is_cheap = self.filters.is_indexed
        return [t for t in listing.TABS if is_cheap or t not in LONG_TABS]

    def page(self, cursor: str) -> Page:
        """Cut the page that begins at the cursor."""
        rows = listing.with_rows(self.scoped)
        return page(rows, listing.TABS[self.tab], Cursor.parse(cursor))


@require_GET
@member()
def incidents(request: AccountRequest) -> HttpResponse:
    """Show the list; a refresh shows the same rows again, and counts the new ones."""
    view = View.of(request)
    counts = listing.counts(request.account, view.scoped, view.counted_tabs())
    found = view.page(request.GET.get("cursor", ""))
    fresh: list[int] = []
    if request.headers.get("HX-Request") and (shown := _shown(request.GET)):
        fresh = [row.number for row in found.rows if row.number not in shown]
        fresh = [] if request.GET.get("cursor") else fresh
        rows = listing.in_order(request.account.incidents.all(), shown)
        found = Page(rows, found.newer, found.older)
    else:
        listing.with_people(found.rows)
    version = _version(found.rows, counts, fresh)
    if request.GET.get("version") == version:
        return HttpResponse(status=204)
    parts = _parts(request, view, found, counts) | {
        "fresh": len(fresh),
        "version": version,
    }
    response = render(request, "incidents/list.html", parts)
    if len(fresh) > _number(request.GET.get("fresh")):
        response["HX-Trigger"] = json.dumps({"announce": _new(len(fresh))})
    return response


def _parts(
    request: AccountRequest, view: View, found: Page, counts: dict[str, str]
) -> dict[str, Any]:
    address = _address(request.GET)
    return {
        "view": view,
        "page": found,
        "rows": [(row, *wording.state(row)) for row in found.rows],
        "tabs": _tabs(view, address, counts),
        "scopes": _scopes(view, address),
        "chips": [
            (text, _query(address, without=name))
            for name, text in view.filters.active.items()
        ],
        "clear_url": _query(address, without=set(view.filters.filters)),
        "address": address.urlencode(),
        "shown": ",".join(str(row.number) for row in found.rows),
        "matching": counts.get(view.tab, ""),
        "page_size": SIZE,
        "bulk": [(VERBS[name], KEYS.get(name, "")) for name in BULK],
        "may_respond": request.actor.may_anywhere("respond"),
    }


def _address(query: QueryDict) -> QueryDict:
    """Leave out of an address what only a refresh says."""
    address = query.copy()
    for name in ("shown", "version", "fresh"):
        address.pop(name, None)
    return address


def _tabs(
    view: View, address: QueryDict, counts: dict[str, str]
) -> list[tuple[Any, str, bool, str | None]]:
    return [
        (label, _query(address, tab=tab), view.tab == tab, counts.get(tab))
        for tab, label in listing.TAB_LABELS.items()
    ]


def _scopes(view: View, address: QueryDict) -> list[tuple[Any, str, bool]]:
    return [
        (label, _query(address, scope=scope), view.scope == scope)
        for scope, label in listing.SCOPE_LABELS.items()
    ]


def _query(
    address: QueryDict, without: str | set[str] = "cursor", **values: str
) -> str:
    """Spell the address with some values changed; its page begins anew."""
    query = address.copy()
    for name in {without} if isinstance(without, str) else without:
        query.pop(name, None)
    query.pop("cursor", None)
    for name, value in values.items():
        query[name] = value
    return f"?{query.urlencode()}"


def _shown(query: QueryDict) -> list[int]:
    """Read the numbers of the rows that a refresh has on the screen."""
    numbers = [n for n in query.get("shown", "").split(",") if n.isdecimal()]
    return [int(number[:18]) for number in numbers[: 2 * SIZE]]


def _version(rows: list[Incident], counts: dict[str, str], fresh: list[int]) -> str:
    seen = [
        (row.number, row.changed_at, getattr(row, "alert_count", 0)) for row in rows
    ]
    text = repr([seen, sorted(counts.items()), len(fresh)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _new(count: int) -> str:
    text = ngettext("%(count)d new incident", "%(count)d new incidents", count)
    return text % {"count": count}


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0
