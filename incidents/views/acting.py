"""The door of every verb, for one incident: a question where it asks, and a POST."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import AccountRequest, member
from incidents import states
from incidents.forms.verbs import VerbForm
from incidents.models import Incident
from incidents.queries import detail
from incidents.views.verbs import VERBS, Verb
from oncall import moments

# The status in which somebody else has already done what the verb does.
DONE = {"acknowledge": states.ACKNOWLEDGED, "resolve": states.RESOLVED}
DOERS = {
    "acknowledge": ("acknowledge",),
    "resolve": ("resolve", "merged", "auto_resolve"),
}


@require_http_methods(["GET", "POST"])
@member("respond")
def act(request: AccountRequest, number: int, verb: str) -> HttpResponse:
    """Ask what the verb needs to know, or do it and return to the incident."""
    if verb not in VERBS:
        raise Http404
    incident = detail.find(request.account, number)
    request.actor.require("respond", of=incident.service)
    chosen = VERBS[verb]
    posted = request.POST if request.method == "POST" else None
    form = chosen.form(posted, account=request.account, initial=_initial(incident))
    if not form.is_valid():
        return _ask(request, incident, chosen, form)
    if faster := already(incident, verb, request):
        messages.info(request, faster)
        return redirect("incident", number)
    try:
        at = timezone.now()
        changed = chosen.act(incident, actor=request.actor, at=at, **form.arguments(at))
    except states.NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("incident", number)
    tell(request, chosen, changed)
    return redirect("incident", changed.number)


def tell(request: HttpRequest, verb: Verb, incident: Incident) -> None:
    """Say what was done; a resolved incident comes with a button that undoes it."""
    text = str(verb.done) % {"number": incident.number}
    if verb.name == "resolve":
        parts = {"text": text, "number": incident.number}
        text = render_to_string("incidents/_undo.html", parts, request=request)
    messages.success(request, text)


def already(incident: Incident, verb: str, request: AccountRequest) -> str:
    """Say who was faster, when the incident already is what the verb makes of it."""
    if incident.status != DONE.get(verb) or incident.snoozed_until is not None:
        return ""
    latest = (
        incident.timeline.filter(verb__in=DOERS[verb])
        .select_related("membership__user")
        .order_by("-id")
        .first()
    )
    if latest is None:
        return _("It was done already.")
    facts = {
        "who": latest.membership or latest.name or _("OnCall"),
        "ago": moments.duration((timezone.now() - latest.at).total_seconds() // 1),
    }
    if latest.membership == request.membership:
        return _("You did this %(ago)s ago.") % facts
    if verb == "acknowledge":
        return _("%(who)s acknowledged this %(ago)s ago.") % facts
    return _("%(who)s resolved this %(ago)s ago.") % facts


def _initial(incident: Incident) -> dict[str, object]:
    priority = incident.priority
    return {
        "title": incident.title,
        "urgency": incident.urgency,
        "priority": priority.public_id if priority else "",
    }


def _ask(
    request: AccountRequest, incident: Incident, verb: Verb, form: VerbForm
) -> HttpResponse:
    parts = {
        "incident": incident,
        "verb": verb,
        "form": form,
        "is_possible": verb.may(incident),
    }
    status = 422 if form.is_bound else 200
    return render(request, "incidents/verb.html", parts, status=status)
