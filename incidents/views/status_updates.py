"""Status updates of an incident, and who is subscribed to them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import AccountRequest, member
from incidents import states, status_updates
from incidents.forms.status_updates import SubscribeForm, UpdateForm
from incidents.models import Incident, Subscriber
from incidents.queries import detail


@require_http_methods(["GET", "POST"])
@member("respond")
def post(request: AccountRequest, number: int) -> HttpResponse:
    """Write a status update to the subscribers."""
    incident = detail.find(request.account, number)
    request.actor.require("respond", of=incident.service)
    form = UpdateForm(request.POST if request.method == "POST" else None)
    people = status_updates.recipients(incident)
    if not form.is_valid():
        parts = {"incident": incident, "form": form, "people": people}
        status = 422 if form.is_bound else 200
        return render(request, "incidents/status_update.html", parts, status=status)
    at = timezone.now()
    status_updates.post(incident, actor=request.actor, at=at, **form.cleaned_data)
    told = ngettext(
        "Status update posted; %(count)d person is subscribed.",
        "Status update posted; %(count)d people are subscribed.",
        len(people),
    )
    messages.success(request, told % {"count": len(people)})
    return redirect("incident", number)


@require_http_methods(["GET", "POST"])
@member("respond")
def subscribers(request: AccountRequest, number: int) -> HttpResponse:
    """Subscribe other people and teams."""
    incident = detail.find(request.account, number)
    request.actor.require("respond", of=incident.service)
    posted = request.POST if request.method == "POST" else None
    form = SubscribeForm(posted, account=request.account)
    if form.is_valid():
        people, teams = form.cleaned_data["people"], form.cleaned_data["teams"]
        _subscribe(request, incident, people=list(people), teams=list(teams))
        return redirect("incident", number)
    parts = {
        "incident": incident,
        "form": form,
        "subscribers": detail.subscribers(incident),
        "may_respond": True,
    }
    status = 422 if form.is_bound else 200
    return render(request, "incidents/subscribers.html", parts, status=status)


@require_POST
@member()
def subscribe(request: AccountRequest, number: int) -> HttpResponse:
    """Let the reader be told of status updates."""
    incident = detail.find(request.account, number)
    _subscribe(request, incident, people=[request.membership])
    return redirect("incident", number)


@require_POST
@member()
def unsubscribe(request: AccountRequest, number: int) -> HttpResponse:
    """Take the person or the team that was named off; the reader if none was."""
    found = get_object_or_404(
        request.account.subscribers.select_related(
            "incident__service", "membership", "team"
        ),
        incident__number=number,
        **_named(request),
    )
    status_updates.unsubscribe(found, actor=request.actor, at=timezone.now())
    messages.success(
        request, _("%(name)s gets no more status updates.") % {"name": found}
    )
    return redirect("incident", number)


def show(found: list[Subscriber], request: AccountRequest) -> dict[str, Any]:
    """Put the subscribers into the parts of the incident's page."""
    mine = request.membership.pk
    return {
        "subscribers": found,
        "is_subscribed": any(each.membership_id == mine for each in found),
    }


def _subscribe(request: AccountRequest, incident: Incident, **whom: Any) -> None:
    try:
        status_updates.subscribe(
            incident, actor=request.actor, at=timezone.now(), **whom
        )
    except states.NotAllowed as refusal:
        messages.info(request, str(refusal))
    else:
        messages.success(request, _("Subscribed to status updates."))


def _named(request: AccountRequest) -> dict[str, str]:
    for kind in ("team", "membership"):
        if public_id := request.POST.get(kind):
            return {f"{kind}__public_id": public_id}
    return {"membership__public_id": request.membership.public_id}
