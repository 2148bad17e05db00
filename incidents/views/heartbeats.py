"""Heartbeats: their list, each one's page, and what may be done to it."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import AccountRequest, member
from incidents import catalogue
from incidents import heartbeats as verbs
from incidents.forms.heartbeats import HeartbeatForm
from incidents.models import Heartbeat, Service
from incidents.queries import heartbeats as queries

Change = tuple[str | Promise, str | Promise, Callable[..., object]]
CHANGES: Final[dict[str, Change]] = {
    "pause": (
        gettext_lazy("Pause heartbeat %(name)s"),
        gettext_lazy(
            "Its silence opens nothing until it is resumed. An incident that its"
            " silence has opened ends now."
        ),
        verbs.pause,
    ),
    "resume": (
        gettext_lazy("Resume heartbeat %(name)s"),
        gettext_lazy("The next beat is expected within its interval and grace."),
        verbs.resume,
    ),
    "rotate": (
        gettext_lazy("Replace the address of %(name)s"),
        gettext_lazy(
            "The old address stops working at once, so the job counts as silent until"
            " it has the new one."
        ),
        verbs.rotate,
    ),
    "delete": (
        gettext_lazy("Delete heartbeat %(name)s"),
        gettext_lazy(
            "Its address stops working, and an incident that its silence has opened"
            " ends. Past incidents stay. This cannot be undone."
        ),
        verbs.delete,
    ),
}


@require_GET
@member()
def heartbeats(request: AccountRequest) -> HttpResponse:
    """List every heartbeat of the account, the missed ones first."""
    parts = {
        "heartbeats": queries.listed(request.account),
        "may_configure": request.actor.may_anywhere("configure"),
    }
    return render(request, "incidents/heartbeats.html", parts)


@require_GET
@member()
def heartbeat(request: AccountRequest, public_id: str) -> HttpResponse:
    """Show a heartbeat: how it is, where to send its beats, and its history."""
    found = _find(request, public_id)
    parts = {
        "heartbeat": found,
        "incidents": queries.incidents(found),
        "address": queries.address(found),
        "curl": queries.curl(found),
        "cron": queries.cron(found),
        "may_configure": request.actor.may("configure", of=found.service),
        "may_respond": request.actor.may("respond", of=found.service),
    }
    return render(request, "incidents/heartbeat.html", parts)


@require_http_methods(["GET", "POST"])
@member("configure")
def heartbeat_create(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask for a heartbeat of the service, or add it."""
    service = get_object_or_404(request.account.services, public_id=public_id)
    request.actor.require("configure", of=service)
    return _edit(request, service, None)


@require_http_methods(["GET", "POST"])
@member("configure")
def heartbeat_edit(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask for changes of a heartbeat, or make them."""
    found = _find(request, public_id)
    request.actor.require("configure", of=found.service)
    return _edit(request, found.service, found)


@require_http_methods(["GET", "POST"])
@member("configure")
def heartbeat_change(
    request: AccountRequest, public_id: str, change: str
) -> HttpResponse:
    """Ask whether to pause, resume, delete or give a new address, or do it."""
    found = _find(request, public_id)
    request.actor.require("configure", of=found.service)
    if change not in CHANGES:
        raise Http404
    title, warning, verb = CHANGES[change]
    title = str(title) % {"name": found.name}
    if request.method == "GET":
        parts = {
            "heartbeat": found,
            "title": title,
            "warning": warning,
            "is_grave": change in ("rotate", "delete"),
        }
        return render(request, "incidents/heartbeat_change.html", parts)
    verb(found, actor=request.actor, at=timezone.now())
    messages.success(request, _("Done: %(what)s.") % {"what": title})
    if change == "delete":
        return redirect("heartbeats")
    return redirect("heartbeat", public_id)


def _find(request: AccountRequest, public_id: str) -> Heartbeat:
    rows = request.account.heartbeats.select_related("service")
    return get_object_or_404(rows, public_id=public_id)


def _edit(
    request: AccountRequest, service: Service, found: Heartbeat | None
) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    # A copy for the form to write into, so that the verb sees what has changed.
    shown = _find(request, found.public_id) if found else None
    form = HeartbeatForm(posted, instance=shown, service=service)
    if form.is_valid() and (saved := _saved(request, form, service, found)):
        text = _("Saved %(name)s.") if found else _("Created %(name)s.")
        messages.success(request, text % {"name": saved.name})
        return redirect("heartbeat", saved.public_id)
    parts = {"form": form, "service": service, "heartbeat": found}
    status = 422 if form.is_bound else 200
    return render(request, "incidents/heartbeat_form.html", parts, status=status)


def _saved(
    request: AccountRequest,
    form: HeartbeatForm,
    service: Service,
    found: Heartbeat | None,
) -> Heartbeat | None:
    """Create or update; a refusal stays on the form with what was typed."""
    by: dict[str, Any] = {"actor": request.actor, "at": timezone.now()}
    try:
        if found is None:
            return verbs.create(service, **by, **form.values)
        return verbs.update(found, **by, **form.values)
    except catalogue.Refused as refusal:
        form.add_error("name", str(refusal))
        return None
