"""The service directory, a service's page, and the forms that change it."""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import NotPermitted
from accounts.requests import AccountRequest, member
from incidents import catalogue, change_events, urgency_words
from incidents.forms.service import NewIntegrationForm, ServiceForm
from incidents.models import Service
from incidents.queries import maintenance
from incidents.queries import services as queries
from incidents.views import noise, testing
from oncall.queries import people_of_levels, plan_of

# What the page of confirmation says, and what its button calls.
Change = tuple[str | Promise, str | Promise, Callable[..., object]]
CHANGES: Final[dict[str, Change]] = {
    "disable": (
        gettext_lazy("Disable service %(name)s"),
        gettext_lazy(
            "Events are still accepted, but they open nothing and page nobody."
            " Incidents that are open stay open."
        ),
        catalogue.disable_service,
    ),
    "enable": (
        gettext_lazy("Enable service %(name)s"),
        gettext_lazy("Events open incidents and page people again."),
        catalogue.enable_service,
    ),
    "delete": (
        gettext_lazy("Delete service %(name)s"),
        gettext_lazy("Its integration keys stop working. This cannot be undone."),
        catalogue.delete_service,
    ),
}


@require_GET
@member()
def services(request: AccountRequest) -> HttpResponse:
    """List the services with their state and who is on call for them."""
    text, team = request.GET.get("q", "").strip(), request.GET.get("team", "")
    found = request.account.services.all()
    if text:
        found = found.filter(name__icontains=text)
    if team:
        found = found.filter(team__public_id=team)
    after = request.GET.get("after", "")
    rows, following = queries.directory(request.account, found, after, timezone.now())
    parts = {
        "rows": rows,
        "following": following,
        "is_first": not after,
        "is_filtered": bool(text or team),
        "text": text,
        "team": team,
        "teams": request.account.teams.all(),
        "may_configure": request.actor.may_anywhere("configure"),
    }
    return render(request, "incidents/services.html", parts)


@require_GET
@member()
def service(request: AccountRequest, public_id: str) -> HttpResponse:
    """Show a service: who is paged, what comes in, and what became of it."""
    found = queries.find(request.account, public_id)
    parts = _service_parts(request, found) | {"form": NewIntegrationForm()}
    return render(request, "incidents/service.html", parts)


@require_http_methods(["GET", "POST"])
@member("configure")
def service_create(request: AccountRequest) -> HttpResponse:
    """Ask for a service, or add it."""
    return _edit(request, Service(account=request.account))


@require_http_methods(["GET", "POST"])
@member("configure")
def service_edit(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask for changes of a service, or make them."""
    found = queries.find(request.account, public_id)
    request.actor.require("configure", of=found)
    return _edit(request, found)


@require_http_methods(["GET", "POST"])
@member("configure")
def service_change(
    request: AccountRequest, public_id: str, change: str
) -> HttpResponse:
    """Ask whether to disable, enable or delete a service, or do it."""
    found = queries.find(request.account, public_id)
    request.actor.require("configure", of=found)
    if change not in CHANGES:
        raise Http404
    title, warning, verb = CHANGES[change]
    if request.method == "GET":
        parts = {
            "service": found,
            "title": str(title) % {"name": found.name},
            "warning": warning,
            "is_grave": change != "enable",
        }
        return render(request, "incidents/service_change.html", parts)
    try:
        verb(found, actor=request.actor, at=timezone.now())
    except catalogue.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("service", public_id)
    done = _("Done: %(what)s.") % {"what": str(title) % {"name": found.name}}
    messages.success(request, done)
    if change == "delete":
        return redirect("services")
    return redirect("service", public_id)


@require_http_methods(["POST"])
@member("configure")
def integration_create(request: AccountRequest, public_id: str) -> HttpResponse:
    """Give the service one more integration."""
    found = queries.find(request.account, public_id)
    request.actor.require("configure", of=found)
    form = NewIntegrationForm(request.POST)
    if not form.is_valid():
        parts = _service_parts(request, found) | {"form": form}
        return render(request, "incidents/service.html", parts, status=422)
    integration = catalogue.add_integration(
        found, actor=request.actor, at=timezone.now(), **form.cleaned_data
    )
    text = _("Added %(name)s. Copy its key into the tool, then send a test event.")
    messages.success(request, text % {"name": integration.name})
    return redirect("service", public_id)


def _edit(request: AccountRequest, found: Service) -> HttpResponse:
    is_new = found.pk is None
    posted = request.POST if request.method == "POST" else None
    form = ServiceForm(posted, instance=found, account=request.account)
    if form.is_valid() and (saved := _saved(request, form, found)):
        text = _("Created %(name)s.") if is_new else _("Saved %(name)s.")
        messages.success(request, text % {"name": saved.name})
        return redirect("service", saved.public_id)
    parts = {
        "form": form,
        "service": None if is_new else found,
        "has_policies": request.account.escalation_policies.exists(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "incidents/service_form.html", parts, status=status)


def _saved(
    request: AccountRequest, form: ServiceForm, found: Service
) -> Service | None:
    """Create or update; a refusal stays on the form with what was typed."""
    by: dict[str, Any] = {"actor": request.actor, "at": timezone.now()}
    try:
        if found.pk is None:
            return catalogue.create_service(request.account, **by, **form.values)
        return catalogue.update_service(found, **by, **form.values)
    except catalogue.Refused as refusal:
        form.add_error("name", str(refusal))
    except NotPermitted as refusal:
        form.add_error("team", str(refusal))
    return None


def _service_parts(request: AccountRequest, found: Service) -> dict[str, Any]:
    at = timezone.now()
    plan = plan_of(found.escalation_policy)
    reached = people_of_levels(request.account, plan.levels, at)
    return {
        "service": found,
        "row": queries.rows(request.account, [found], at)[0],
        "urgency_told": urgency_words.tell(found, at=at),
        "windows": maintenance.planned_for(found, at),
        "levels": [
            (number, level.delay, [each.membership for each in people])
            for number, (level, people) in enumerate(
                zip(plan.levels, reached, strict=True), 1
            )
        ],
        "empty_levels": [n for n, people in enumerate(reached, 1) if not people],
        "events": queries.events(found),
        "changes": change_events.recent(found),
        "samples": {i.pk: testing.curl(i) for i in found.integrations.all()},
        "site_url": settings.SITE_URL,
        "may_configure": request.actor.may("configure", of=found),
        "may_respond": request.actor.may("respond", of=found),
        **noise.held_parts(request, found),
    }
