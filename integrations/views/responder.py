"""The responder page: one person and one incident, by a signed link, not by sign-in."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts import tenancy
from accounts.models import Account, Membership
from accounts.permissions import Actor, NotPermitted
from incidents import links, responders, states, wording
from incidents.models import Incident, Responder, TimelineEntry
from incidents.queries import detail, listing
from integrations import responses

ENTRIES = 6
# Reasons why a link does not open the page: the status, and what to say.
EXPLANATIONS = {
    "forged": (
        404,
        gettext_lazy("This link is not one of ours"),
        gettext_lazy("Perhaps it was cut off: copy the whole link from the message."),
    ),
    "expired": (
        410,
        gettext_lazy("This link has expired"),
        gettext_lazy("A link works for seven days. Sign in to see the incident."),
    ),
    "stopped": (
        403,
        gettext_lazy("This link does not work any more"),
        gettext_lazy(
            "The person whom it was made for is not an active member of the account."
        ),
    ),
    "gone": (
        404,
        gettext_lazy("This incident is not there any more"),
        gettext_lazy("Sign in to see the incidents that are open."),
    ),
}


@dataclass(frozen=True, slots=True)
class Visit:
    """Who opened the page, of what, and when."""

    request: HttpRequest
    member: Membership
    incident: Incident
    at: datetime

    @property
    def actor(self) -> Actor:
        return Actor("link", self.member)


# The link is the secret, not a cookie; nothing here needs the token of a form.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def responder(request: HttpRequest, token: str) -> HttpResponse:
    """Show the page, or do what a button says; looking changes nothing."""
    at = timezone.now()
    try:
        claim = links.read(token)
    except links.Forged:
        return _explain(request, "forged")
    if claim.expires_at <= at:
        return _explain(request, "expired")
    account = Account.objects.filter(pk=claim.account_id, suspended_at=None).first()
    if account is None:
        return _explain(request, "stopped")
    with tenancy.scope(account):
        return _in_scope(request, account, claim, at)


def _in_scope(
    request: HttpRequest, account: Account, claim: links.Claim, at: datetime
) -> HttpResponse:
    found = account.memberships.select_related("user", "account")
    member = found.filter(pk=claim.membership_id).first()
    if member is None or not member.is_active:
        return _explain(request, "stopped")
    incident = _incident(account, claim.incident_id)
    if incident is None:
        return _explain(request, "gone")
    visit = Visit(request, member, incident, at)
    with timezone.override(ZoneInfo(member.time_zone)):
        if request.method == "POST":
            return _answer(visit)
        return _page(visit, done=_done(visit))


def _answer(visit: Visit) -> HttpResponse:
    """Do what the button says, and show the page anew; or say why it cannot be."""
    verb = visit.request.POST.get("verb", "")
    try:
        entry = responses.respond(
            verb,
            visit.incident,
            actor=visit.actor,
            at=visit.at,
            given=visit.request.POST.dict(),
        )
    except (states.NotAllowed, NotPermitted) as refusal:
        return _page(visit, refusal=str(refusal), status=409)
    return redirect(f"{visit.request.path}?done={entry.public_id}")


def _page(
    visit: Visit,
    *,
    done: TimelineEntry | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    account = visit.incident.account
    # Read again: a refusal often means that somebody else was faster.
    incident = _incident(account, visit.incident.pk) or visit.incident
    trails = detail.trails(incident)
    context = {
        "incident": incident,
        "member": visit.member,
        "state": wording.state(incident),
        "told": [trail for trail in trails if trail.person],
        "escalation": detail.escalation(incident, visit.at),
        "entries": map(wording.tell, detail.entries(incident)[:ENTRIES]),
        "may_respond": visit.actor.may("respond"),
        "asked": _asked(visit, incident),
        "people": responses.people(account, visit.member),
        "snoozes": responses.SNOOZES,
        "seen": responses.seen(incident),
        "is_mine": any(
            row.membership_id == visit.member.pk
            for row in incident.acknowledgements.all()
        ),
        "done": done and wording.tell(done),
        "undo": responses.undo_of(done, incident),
        "refusal": refusal,
        "note": visit.request.POST.get("note", ""),
        "at": visit.at,
    }
    return render(visit.request, "integrations/responder.html", context, status=status)


def _asked(visit: Visit, incident: Incident) -> Responder | None:
    """Find the request for help that the page should offer to answer."""
    if not incident.is_open or not visit.actor.may("respond"):
        return None
    return responders.pending_of(incident, visit.member)


def _done(visit: Visit) -> TimelineEntry | None:
    """Find what the person just did, so that the page can say it."""
    return visit.incident.timeline.filter(
        public_id=visit.request.GET.get("done", ""),
        membership=visit.member,
        via=visit.actor.via,
    ).first()


def _incident(account: Account, pk: int) -> Incident | None:
    return listing.with_rows(account.incidents.all()).filter(pk=pk).first()


def _explain(request: HttpRequest, why: str) -> HttpResponse:
    status, title, text = EXPLANATIONS[why]
    context = {"explanation": title, "advice": text}
    return render(
        request, "integrations/responder_explanation.html", context, status=status
    )
