"""Opening an incident by hand."""

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Membership
from accounts.models.contact import Urgency
from accounts.permissions import NotPermitted
from accounts.requests import AccountRequest, member
from incidents import actions, notifications, urgencies
from incidents.forms.incident import IncidentForm
from incidents.models import Incident, Service
from incidents.queries import detail, maintenance
from oncall.queries import plan_of


@dataclass(frozen=True, slots=True)
class Paged:
    """Whom a new incident pages right now, as the pager would decide it."""

    people: list[Membership] = field(default_factory=list)
    level: int = 0
    policy: str = ""
    skipped: list[int] = field(default_factory=list)

    @property
    def names(self) -> str:
        return ", ".join(person.name for person in self.people)


@require_http_methods(["GET", "POST"])
@member("respond")
def incident_create(request: AccountRequest) -> HttpResponse:
    """Show the form with who will be paged, or open the incident."""
    form = _form(request)
    if request.method == "POST" and (incident := _opened(request, form)):
        text = _("Opened incident #%(number)s.") % {"number": incident.number}
        messages.success(request, text)
        return redirect("incident", incident.number)
    parts = {"form": form, **_responders(request)}
    status = 422 if form.is_bound else 200
    return render(request, "incidents/create.html", parts, status=status)


@require_GET
@member("respond")
def incident_responders(request: AccountRequest) -> HttpResponse:
    """Show who would be paged, while the form is being filled in."""
    return render(request, "incidents/_responders.html", _responders(request))


def _opened(request: AccountRequest, form: IncidentForm) -> Incident | None:
    """Open the incident; a refusal stays on the form with what was typed."""
    if not form.is_valid():
        return None
    values = form.cleaned_data
    try:
        return actions.open_incident(
            values["service"],
            actor=request.actor,
            at=timezone.now(),
            title=values["title"],
            urgency=values["urgency"] or None,
            description=values["description"],
            assignees=[values["assignee"]] if values["assignee"] else [],
        )
    except NotPermitted as refusal:
        form.add_error("service", str(refusal))
        return None


def _form(request: AccountRequest) -> IncidentForm:
    """Bind what was posted; an address or a question for people only fills it in."""
    if request.method == "POST" and "preview" not in request.POST:
        return IncidentForm(request.POST, account=request.account)
    values = request.POST if request.method == "POST" else request.GET
    return IncidentForm(initial=values.dict(), account=request.account)


def _responders(request: AccountRequest) -> dict[str, object]:
    values = request.POST if request.method == "POST" else request.GET
    service = (
        request.account.services.select_related("escalation_policy")
        .filter(public_id=values.get("service", ""), disabled_at=None)
        .first()
    )
    assignee = (
        request.account.memberships.select_related("user")
        .filter(public_id=values.get("assignee", ""))
        .first()
    )
    if service is None:
        return {"service": None, "paged": None}
    at = timezone.now()
    urgency = values.get("urgency", "")
    if urgency not in Urgency.values:
        urgency = urgencies.of(service, "", at=at)
    paged = _paged(service, assignee, urgency, at)
    windows = maintenance.covering(service.account, [service], at)
    return {
        "service": service,
        "paged": paged,
        "maintenance": windows.get(service.pk),
    }


def _paged(
    service: Service, assignee: Membership | None, urgency: str, at: datetime
) -> Paged:
    account = service.account
    if assignee is not None:
        steps = notifications.steps_of(account, [assignee], urgency)
        return Paged([assignee] if assignee.pk in steps else [])
    plan = plan_of(service.escalation_policy)
    level = detail.first_level(account, plan, urgency, at)
    if level is None:
        return Paged(policy=plan.name)
    return Paged(level.people, level.position.level, plan.name, level.skipped)
