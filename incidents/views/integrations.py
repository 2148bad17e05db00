"""Every integration of the account, and what may be done to one."""

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import AccountRequest, member
from incidents import catalogue, payloads
from incidents import tools as kinds
from incidents.forms.service import IntegrationForm
from incidents.models import Integration
from incidents.queries.services import tools

SIZE: Final = 100
EVENTS: Final = 20
Change = tuple[str | Promise, str | Promise, Callable[..., object]]
CHANGES: Final[dict[str, Change]] = {
    "disable": (
        gettext_lazy("Disable integration %(name)s"),
        gettext_lazy(
            "Events with this key are still accepted, but open nothing and page nobody."
        ),
        catalogue.disable_integration,
    ),
    "enable": (
        gettext_lazy("Enable integration %(name)s"),
        gettext_lazy("Events with this key open incidents and page people again."),
        catalogue.enable_integration,
    ),
    "rotate": (
        gettext_lazy("Rotate the key of %(name)s"),
        gettext_lazy(
            "There will be a new key. The old one works for seven more days, so that"
            " there is time to give the tool the new one; a key before that stops at"
            " once."
        ),
        catalogue.rotate_key,
    ),
    "retire": (
        gettext_lazy("Stop the old key of %(name)s"),
        gettext_lazy("Events that are still sent with the old key will be refused."),
        catalogue.retire_key,
    ),
}


@require_GET
@member()
def integrations(request: AccountRequest) -> HttpResponse:
    """List every integration with its service, key and last event."""
    found = tools(request.account.integrations.select_related("service"))
    after = request.GET.get("after", "")
    if after.isdecimal():
        found = found.filter(pk__lt=int(after[:18]))
    rows = list(found.order_by("-id")[: SIZE + 1])
    parts = {
        "integrations": rows[:SIZE],
        "following": rows[SIZE - 1].pk if len(rows) > SIZE else None,
        "may_configure": request.actor.may_anywhere("configure"),
    }
    return render(request, "incidents/integrations.html", parts)


@require_GET
@member()
def integration(request: AccountRequest, public_id: str) -> HttpResponse:
    """Show an integration: how its tool is set up, and what came of what it sent."""
    found, at = _find(request, public_id), timezone.now()
    tool = kinds.of(found.kind)
    until = found.previous_key_until
    events = found.events.select_related("alert__incident")
    parts = {
        "integration": found,
        "tool": tool,
        "address": tool.address(found.key),
        "masked_address": tool.address(found.masked_key),
        "old_key_until": until if until and until > at else None,
        "events": events.order_by("-id")[:EVENTS],
        "payloads": found.payloads.order_by("-id")[: payloads.KEPT],
        "last_payload": payloads.last(found),
        "may_configure": request.actor.may("configure", of=found.service),
        "may_respond": request.actor.may("respond", of=found.service),
    }
    return render(request, "incidents/integration.html", parts)


@require_http_methods(["GET", "POST"])
@member("configure")
def integration_rename(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask for another name, or give it."""
    integration = _find(request, public_id)
    request.actor.require("configure", of=integration.service)
    posted = request.POST if request.method == "POST" else None
    form = IntegrationForm(posted, initial={"name": integration.name})
    if form.is_valid():
        catalogue.rename_integration(
            integration,
            actor=request.actor,
            at=timezone.now(),
            name=form.cleaned_data["name"],
        )
        return redirect("service", integration.service.public_id)
    parts = {"form": form, "integration": integration}
    status = 422 if form.is_bound else 200
    return render(request, "incidents/integration_form.html", parts, status=status)


@require_http_methods(["GET", "POST"])
@member("configure")
def integration_change(
    request: AccountRequest, public_id: str, change: str
) -> HttpResponse:
    """Ask whether to disable, enable or give a new key, or do it."""
    integration = _find(request, public_id)
    if change not in CHANGES:
        raise Http404
    title, warning, verb = CHANGES[change]
    title = str(title) % {"name": integration.name}
    if request.method == "GET":
        parts = {
            "integration": integration,
            "service": integration.service,
            "title": title,
            "warning": warning,
            "is_grave": change != "enable",
        }
        return render(request, "incidents/service_change.html", parts)
    verb(integration, actor=request.actor, at=timezone.now())
    messages.success(request, _("Done: %(what)s.") % {"what": title})
    return redirect("service", integration.service.public_id)


def _find(request: AccountRequest, public_id: str) -> Integration:
    return get_object_or_404(
        tools(request.account.integrations.select_related("service")),
        public_id=public_id,
    )
