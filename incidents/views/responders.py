"""Asking others to help with an incident, and answering when one was asked."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Actor
from accounts.requests import AccountRequest, member
from incidents import responders, states
from incidents.forms.responders import AskForm
from incidents.models import Incident, Responder
from incidents.queries import detail

ANSWERS = {
    "accept": (responders.accept, gettext_lazy("You are helping with #%(number)s.")),
    "decline": (
        responders.decline,
        gettext_lazy("You declined to help with #%(number)s."),
    ),
    "cancel": (
        responders.cancel,
        gettext_lazy("The request for #%(number)s was taken back."),
    ),
}
# Tone and icon of an answer.
LOOKS = {
    Responder.State.PENDING: ("acknowledged", "clock"),
    Responder.State.JOINED: ("resolved", "resolved"),
    Responder.State.DECLINED: ("triggered", "close"),
    Responder.State.CANCELLED: ("snoozed", "suppressed"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """Somebody who was asked, as the incident's page shows it."""

    responder: Responder
    tone: str
    icon: str
    may_cancel: bool


@require_http_methods(["GET", "POST"])
@member("respond")
def ask(request: AccountRequest, number: int) -> HttpResponse:
    """Ask people and policies to help."""
    incident = detail.find(request.account, number)
    request.actor.require("respond", of=incident.service)
    posted = request.POST if request.method == "POST" else None
    form = AskForm(posted, account=request.account)
    if not form.is_valid():
        return _ask(request, incident, form)
    try:
        asked = responders.ask(
            incident,
            actor=request.actor,
            at=timezone.now(),
            people=list(form.cleaned_data["people"]),
            policies=list(form.cleaned_data["policies"]),
            message=form.cleaned_data["message"],
        )
    except states.NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return _ask(request, incident, form)
    for remark in asked.remarks:
        messages.warning(request, remark)
    names = ", ".join(each.membership.name for each in asked.responders)
    messages.success(request, _("Asked for help: %(names)s.") % {"names": names})
    return redirect("incident", number)


@require_POST
@member("respond")
def answer(
    request: AccountRequest, number: int, public_id: str, verb: str
) -> HttpResponse:
    """Accept, decline or take back one request."""
    found = get_object_or_404(
        request.account.responders.select_related("incident__service", "request"),
        incident__number=number,
        public_id=public_id,
    )
    act, done = ANSWERS[verb]
    try:
        act(found, actor=request.actor, at=timezone.now())
    except states.NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, str(done) % {"number": number})
    return redirect("incident", number)


def show(found: list[Responder], request: AccountRequest) -> dict[str, Any]:
    """Put those who were asked into the parts of the incident's page."""
    return {
        "responders": [_shown(each, request.actor) for each in found],
        "my_request": next((r for r in found if _waits_for(r, request)), None),
    }


def _waits_for(responder: Responder, request: AccountRequest) -> bool:
    is_mine = responder.membership_id == request.membership.pk
    may_respond = request.actor.may("respond", of=responder.incident.service)
    return responder.is_pending and is_mine and may_respond


def _shown(responder: Responder, actor: Actor) -> Shown:
    tone, icon = LOOKS[Responder.State(responder.state)]
    may_cancel = responder.is_pending and responders.may_cancel(responder, actor)
    return Shown(responder, tone, icon, may_cancel)


def _ask(request: AccountRequest, incident: Incident, form: AskForm) -> HttpResponse:
    found = detail.responders(incident)
    parts = {"incident": incident, "form": form, **show(found, request)}
    status = 422 if form.is_bound else 200
    return render(request, "incidents/ask.html", parts, status=status)
