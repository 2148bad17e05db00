"""Pages about what apps may do in the account: keys they got, people they act for."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from accounts.requests import AccountRequest, member
from integrations import connect, grants
from integrations.forms.connected import EndAccessForm
from integrations.models import App, Connection, Delegation
from integrations.oauth import delegations

# More than anybody reads; the newest come first.
SHOWN: Final = 200
CALLS: Final = 20


@require_GET
@member()
def connected_apps(request: AccountRequest) -> HttpResponse:
    """List the apps that can do something here, and what of it is in use."""
    context = {
        "apps": grants.apps(request.account)[:SHOWN],
        "may_configure": request.actor.may("configure"),
        "may_administer": request.actor.may("administer"),
    }
    return render(request, "integrations/connected.html", context)


@require_GET
@member()
def connected_app(request: AccountRequest, app_id: str) -> HttpResponse:
    """Show one app: its integrations, and, to admins, for whom it acts and how."""
    found = _app(request, app_id)
    may_administer = request.actor.may("administer")
    given = grants.live(request.account).filter(app=found).order_by("-id")
    if not may_administer:
        given = given.filter(membership=request.membership)
    calls = request.account.app_calls.filter(app=found)
    context: dict[str, Any] = {
        "app": found,
        "connections": _connections(request).filter(app=found)[:SHOWN],
        "grants": grants.rows(given[:SHOWN]),
        "calls": calls[:CALLS] if may_administer else None,
        "may_configure": request.actor.may("configure"),
        "may_administer": may_administer,
    }
    return render(request, "integrations/connected_app.html", context)


@require_http_methods(["GET", "POST"])
@member("administer")
def end_access(request: AccountRequest, app_id: str) -> HttpResponse:
    """Ask what shall end of an app's access, or end it."""
    found = _app(request, app_id)
    live = grants.live_connections(found, request.account)
    form = EndAccessForm(request.POST or None, has_integrations=live.exists())
    if form.is_valid():
        grants.disconnect(
            found,
            request.account,
            keeps_integrations=form.keeps_integrations,
            actor=request.actor,
            at=timezone.now(),
        )
        messages.success(request, _("%s has no access any more.") % found)
        return redirect("connected_apps")
    context = {
        "app": found,
        "form": form,
        "connections": live[:SHOWN],
        "grants": grants.live(request.account).filter(app=found)[:SHOWN],
    }
    status = 422 if form.is_bound else 200
    template = "integrations/connected_end.html"
    return render(request, template, context, status=status)


@require_http_methods(["GET", "POST"])
@member("configure")
def disconnect(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask whether to disconnect an app, or do it; the integration names it."""
    connection = get_object_or_404(
        _connections(request), integration__public_id=public_id
    )
    if request.method == "POST":
        connect.disconnect(connection, actor=request.actor, at=timezone.now())
        messages.success(
            request,
            _("%(app)s is disconnected from %(service)s.")
            % {"app": connection.app, "service": connection.integration.service},
        )
        return redirect("connected_apps")
    context = {"connection": connection}
    return render(request, "integrations/partners_disconnect.html", context)


@require_POST
@member()
def revoke(request: AccountRequest, public_id: str) -> HttpResponse:
    """End what an app may do for oneself, or as an admin for anybody."""
    found: Delegation = get_object_or_404(
        request.account.delegations.select_related("app", "membership__user"),
        public_id=public_id,
    )
    delegations.revoke(found, actor=request.actor, at=timezone.now())
    if found.membership:
        words = _("%(app)s does not act for %(person)s any more.")
        names = {"app": found.app, "person": found.membership.name}
        messages.success(request, words % names)
    else:
        words = _("%s does not act in the account by itself any more.")
        messages.success(request, words % found.app)
    if request.POST.get("from") == "app" and _is_there(request, found.app):
        return redirect("connected_app", found.app.public_id)
    if request.POST.get("from") == "app":
        return redirect("connected_apps")
    return redirect("profile")


def _app(request: AccountRequest, app_id: str) -> App:
    found: App = get_object_or_404(grants.apps(request.account), public_id=app_id)
    return found


def _is_there(request: AccountRequest, app: App) -> bool:
    return grants.apps(request.account).filter(pk=app.pk).exists()


def _connections(request: AccountRequest) -> QuerySet[Connection]:
    return request.account.connections.select_related(
        "app", "integration__service", "connected_by__user"
    ).order_by("-id")
