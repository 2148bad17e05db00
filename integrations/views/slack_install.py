"""The settings page about Slack, and the way there and back that connects one."""

import logging
from typing import Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from accounts import tenancy
from accounts.middleware import SESSION_KEY
from accounts.models import Membership
from accounts.permissions import Actor, NotPermitted
from accounts.requests import AccountRequest, member
from integrations.chat.rooms import Failure
from integrations.models import SlackWorkspace
from integrations.slack import lifecycle
from integrations.slack.access import install, scopes, workspaces
from integrations.slack.access.install import Begun
from integrations.slack.access.workspaces import Refused
from integrations.slack.api import tokens
from integrations.slack.api.shapes import Installation
from integrations.slack.people import linking

logger = logging.getLogger(__name__)

# Whoever disconnects waits for Slack no longer.
GOODBYE: Final = 5.0
PAGE = "integrations/slack/workspaces.html"


@require_GET
@member("configure")
def slack_workspaces(request: AccountRequest) -> HttpResponse:
    """Show the workspaces of the account and how each of them is."""
    context = {
        "standings": workspaces.standings(request.account, at=timezone.now()),
        "missing": install.missing(),
        "scopes": scopes.SCOPES,
        "may_administer": request.actor.may("administer"),
    }
    return render(request, PAGE, context)


@require_POST
@member("administer")
def slack_connect(request: AccountRequest) -> HttpResponse:
    """Send the browser to Slack, to be sent back from there."""
    request.actor.require("administer")
    if install.missing():
        messages.error(request, _("Slack is not set up on this installation."))
        return redirect("slack_workspaces")
    next_ = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(next_, allowed_hosts=None):
        next_ = ""
    return HttpResponseRedirect(
        install.begin(
            request.session, request.membership, next_=next_, at=timezone.now()
        )
    )


@require_http_methods(["GET", "POST"])
@member("administer")
def slack_disconnect(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask whether to disconnect a workspace, or do it: here at once, then there."""
    request.actor.require("administer")
    found = get_object_or_404(
        request.account.slack_workspaces, public_id=public_id, removed_at=None
    )
    if request.method != "POST":
        context = {"workspace": found, "rooms": _rooms(found)}
        return render(request, "integrations/slack/disconnect.html", context)
    token, team_id = found.token, found.team_id
    words = _("%(person)s disconnected the workspace from OnCall.")
    lifecycle.remove(
        found,
        words % {"person": request.membership.name},
        actor=request.actor,
        at=timezone.now(),
    )
    transaction.on_commit(lambda: _say_goodbye(token, team_id))
    messages.success(request, _("%s is disconnected.") % found.name)
    return redirect("slack_workspaces")


@require_GET
@never_cache
def slack_callback(request: HttpRequest) -> HttpResponse:
    """`GET /slack/oauth/callback`: whoever added us in Slack comes back from there.

    Slack is asked in between, so the view opens its scopes itself.
    """
    state = request.GET.get("state", "")
    if not request.user.is_authenticated:
        return _refused(
            request, _("You are not signed in any more. Sign in, and begin again.")
        )
    if where := install.led_to(request.session, state):
        return redirect(where)
    at = timezone.now()
    try:
        begun = install.take(request.session, state, int(request.user.pk), at=at)
        if words := install.refusal(request.GET):
            return _refused(request, words, begun)
        _admin(begun)
        granted = _granted(request.GET.get("code", ""))
        found = _connected(begun, granted, tokens.address_of(granted.token))
    except (Refused, NotPermitted) as refusal:
        return _refused(request, str(refusal))
    except Failure as failure:
        words = _("Slack did not let us in: %(why)s Begin again.")
        return _refused(request, words % {"why": failure})
    where = begun.next or reverse("slack_workspaces")
    install.finish(request.session, state, where)
    request.session[SESSION_KEY] = begun.account_id
    messages.success(request, _("%s is connected.") % found.name)
    return redirect(where)


def _granted(code: str) -> Installation:
    """Trade the code; raises Failure, and Refused for what we cannot use."""
    granted = tokens.exchange(code, install.redirect_uri())
    if granted.expires:
        raise Refused(
            _(
                "The Slack app has token rotation switched on, which cannot be undone."
                " Whoever runs OnCall has to make another app, with the manifest in"
                " docs/slack.md."
            )
        )
    if granted.is_wide:
        tokens.give_back(granted.token)
        raise Refused(
            _(
                "OnCall cannot be added to a whole organisation. Choose one of its"
                " workspaces in Slack, and begin again."
            )
        )
    return granted


def _connected(begun: Begun, granted: Installation, url: str) -> SlackWorkspace:
    with tenancy.all_accounts():
        actor = _entered(begun)
        assert actor.user is not None  # noqa: S101 - it acts for a member
        at = timezone.now()
        found = workspaces.connect(
            actor.user.account, granted, url=url, actor=actor, at=at
        )
        # Whoever has the same address there need not say who they are.
        linking.match_all(found, at=at)
        return found


def _admin(begun: Begun) -> None:
    """Raise NotPermitted for who may not, before Slack is asked for anything."""
    with tenancy.all_accounts():
        _entered(begun).require("administer")


def _entered(begun: Begun) -> Actor:
    """Enter the account in which it began, whatever was chosen since."""
    membership = (
        Membership.across_accounts.select_related("account", "user")
        .filter(
            account_id=begun.account_id,
            user_id=begun.user_id,
            deactivated_at=None,
            account__suspended_at=None,
        )
        .first()
    )
    if membership is None:
        raise Refused(_("You are no member of that account any more."))
    tenancy.enter(membership.account)
    return Actor("web", membership)


def _refused(
    request: HttpRequest, words: str, begun: Begun | None = None
) -> HttpResponse:
    context = {"words": words, "next": begun.next if begun else ""}
    template = "integrations/slack/refused.html"
    return render(request, template, context, status=403)


def _rooms(workspace: SlackWorkspace) -> list[str]:
    rooms = workspace.rooms.filter(extensions__isnull=False).distinct()
    return list(rooms.values_list("name", flat=True))


def _say_goodbye(token: str, team_id: str) -> None:
    """Remove us from the workspace, unless another account was faster than this."""
    with tenancy.all_accounts():
        connected = SlackWorkspace.across_accounts.filter(
            team_id=team_id, removed_at=None
        )
        if connected.exists():
            return
    if token and not tokens.uninstall(token, seconds=GOODBYE):
        logger.warning("Slack did not say that it has removed us from a workspace")
