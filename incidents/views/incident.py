"""One incident: header, timeline, alerts, delivery trail, and why I was paged."""

from typing import Any

from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.requests import AccountRequest, member
from incidents import tellings, wording
from incidents.forms import verbs as forms
from incidents.models import Incident, Notification, Responder, TimelineEntry
from incidents.queries import detail, similar
from incidents.queries.detail import Trail
from incidents.views import alerts as alert_view
from incidents.views import responders as responder_view
from incidents.views import status_updates as update_view
from incidents.views import trail as trail_view
from incidents.views.verbs import VERBS

GROUPS = {
    "": _("All"),
    tellings.PEOPLE: _("People"),
    tellings.NOTIFICATIONS: _("Notifications"),
    tellings.SYSTEM: _("System"),
}
OTHERS = 5
MENU = ("unacknowledge", "urgency", "priority", "merge", "title")


@require_GET
@member()
def incident(request: AccountRequest, number: int) -> HttpResponse:
    """Show the incident; a refresh of what has not changed answers 204."""
    shown = detail.find(request.account, number)
    group = request.GET.get("show", "")
    group = group if group in GROUPS else ""
    entries = detail.entries(shown, group, _before(request))
    alerts = detail.alerts(shown)
    trails = detail.trails(shown)
    asked = detail.responders(shown)
    version = _version(shown, entries, trails, asked)
    if request.GET.get("version") == version:
        return HttpResponse(status=204)
    parts = {
        "incident": shown,
        "alerts": [alert_view.show(alert) for alert in alerts],
        "trails": trail_view.show(trails, request.membership),
        "mine": _mine(trails, request),
        "version": version,
        "at": timezone.now(),
        "escalation": detail.escalation(shown, timezone.now()),
        "others": detail.others(shown)[:OTHERS],
        "past": similar.past(shown, at=timezone.now(), most=OTHERS).best,
        "updates": detail.updates(shown),
        **responder_view.show(asked, request),
        **update_view.show(detail.subscribers(shown), request),
        **_timeline(entries, group),
        **_header(shown),
        **_verbs(request, shown),
    }
    return render(request, "incidents/incident.html", parts)


@require_GET
@member()
def incident_by_id(
    request: AccountRequest, public_id: str
) -> HttpResponse | HttpResponsePermanentRedirect:
    """Lead from the public id, which the API and messages use, to the page."""
    found = get_object_or_404(request.account.incidents, public_id=public_id)
    return redirect("incident", found.number)


def _header(shown: Incident) -> dict[str, Any]:
    name, words = wording.state(shown)
    return {"state": name, "state_detail": words}


def _timeline(entries: list[TimelineEntry], group: str) -> dict[str, Any]:
    rows = entries[: detail.ENTRIES]
    return {
        "sentences": [wording.tell(entry) for entry in rows],
        "groups": [(key, label, key == group) for key, label in GROUPS.items()],
        "group": group,
        "earlier": rows[-1].pk if len(entries) > detail.ENTRIES else None,
    }


def _verbs(request: AccountRequest, shown: Incident) -> dict[str, Any]:
    """Offer the verbs that apply now, to those who may."""
    may = (
        {name: verb for name, verb in VERBS.items() if verb.may(shown)}
        if request.actor.may("respond", of=shown.service)
        else {}
    )
    if shown.status == "acknowledged" and not shown.snoozed_until:
        may.pop("acknowledge", None)
    return {
        "may": may,
        "menu": [may[name] for name in MENU if name in may],
        "may_respond": request.actor.may("respond", of=shown.service),
        "note_form": forms.NoteForm(account=request.account),
        "snooze_lengths": [
            *((key, text) for key, (text, _length) in forms.LENGTHS.items()),
            forms.TOMORROW,
        ],
    }


def _mine(trails: list[Trail], request: AccountRequest) -> Notification | None:
    """Find the first page of the latest paging, which says why the reader was told."""
    own = [t for t in trails if t.person == request.membership]
    pages = [n for t in own for n in t.deliveries if n.purpose == "page"]
    latest = max((n.episode for n in pages), default=0)
    return next((n for n in pages if n.episode == latest), None)


def _version(
    shown: Incident,
    entries: list[TimelineEntry],
    trails: list[Trail],
    asked: list[Responder],
) -> str:
    deliveries = [
        (n.pk, n.status, n.attempts) for trail in trails for n in trail.deliveries
    ]
    latest = entries[0].pk if entries else 0
    alerts = getattr(shown, "alert_count", 0)
    answers = [(responder.pk, responder.state) for responder in asked]
    return detail.version(shown, [latest, deliveries, alerts, answers])


def _before(request: AccountRequest) -> int | None:
    text = request.GET.get("before", "")
    return int(text[:18]) if text.isdecimal() else None
