"""What in Slack follows who is on call: listed, added, paused and removed.

Slack is asked for what was named, so that view opens its scopes itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from accounts.middleware import scoped
from accounts.requests import AccountRequest, member, member_in_parts
from integrations.chat import rooms
from integrations.forms.mirrors import MirrorForm
from integrations.models import OnCallMirror
from integrations.slack.access import picking
from integrations.slack.api import client
from integrations.slack.rota import mirrors
from integrations.slack.rota.mirrors import Refused
from integrations.webhooks.refusals import Refused as NotThere

# What was done, once a button has been pressed.
ACTS: Final[dict[str, tuple[Callable[..., None], str | Promise]]] = {
    "pause": (mirrors.pause, gettext_lazy("Paused. In Slack it stays as it is.")),
    "resume": (mirrors.resume, gettext_lazy("It follows who is on call again.")),
    "check": (mirrors.check, gettext_lazy("It is looked at now.")),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A mirror as the list shows it."""

    mirror: OnCallMirror
    source: object
    may_change: bool


@require_GET
@member("configure")
def mirror_list(request: AccountRequest) -> HttpResponse:
    """List what follows who is on call, and how each of it is."""
    parts = {
        "rows": [_row(request, each) for each in _rows(request)],
        "is_connected": request.account.slack_workspaces.filter(
            removed_at=None
        ).exists(),
    }
    return render(request, "integrations/slack/mirrors.html", parts)


@require_http_methods(["GET", "POST"])
@member_in_parts("configure")
def mirror_create(request: AccountRequest) -> HttpResponse:
    """Ask what shall follow whom, or keep it from now on."""
    with scoped(request):
        form = MirrorForm(
            request.POST if request.method == "POST" else None,
            account=request.account,
            actor=request.actor,
        )
        is_valid = form.is_valid()
    if is_valid and (done := _made(request, form)):
        return done
    with scoped(request):
        return render(
            request,
            "integrations/slack/mirror_form.html",
            {"form": form},
            status=422 if form.is_bound else 200,
        )


@require_POST
@member("configure")
def mirror_act(request: AccountRequest, public_id: str, verb: str) -> HttpResponse:
    """Pause or resume one, or have it looked at now."""
    act, done = ACTS[verb]
    act(_find(request, public_id), actor=request.actor, at=timezone.now())
    messages.success(request, str(done))
    return redirect("mirrors")


@require_http_methods(["GET", "POST"])
@member("configure")
def mirror_remove(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask whether it shall follow nobody any more, or do it."""
    found = _find(request, public_id)
    request.actor.require("configure", of=mirrors.source(found))
    if request.method != "POST":
        parts = {"row": _row(request, found)}
        return render(request, "integrations/slack/mirror_remove.html", parts)
    mirrors.remove(found, actor=request.actor, at=timezone.now())
    messages.success(request, _("%s follows nobody any more.") % found)
    return redirect("mirrors")


def _made(request: AccountRequest, form: MirrorForm) -> HttpResponse | None:
    """Find in Slack what was named, and keep it equal; a refusal is the form's."""
    try:
        target_id, name = _target(request, form)
        with scoped(request):
            made = mirrors.add(
                request.account,
                form.values(target_id, name),
                actor=request.actor,
                at=timezone.now(),
            )
            messages.success(request, _("%s follows who is on call now.") % made)
            return redirect("mirrors")
    except Refused as refusal:
        form.refuse(refusal)
    except (rooms.Failure, NotThere) as failure:
        form.add_error("target", str(failure))
    return None


def _target(request: AccountRequest, form: MirrorForm) -> tuple[str, str]:
    """Ask Slack for the id and the name of what was typed, outside of a scope."""
    typed, workspace = form.cleaned_data["target"], form.workspace_chosen
    if form.cleaned_data["kind"] == OnCallMirror.Kind.TOPIC:
        room = picking.room(request.account, workspace, typed)
        return room.channel_id, room.name.lstrip("#")
    wanted = typed.strip().lstrip("@").casefold()
    for group in client.of(workspace).list_usergroups():
        if wanted in (group.handle.casefold(), group.id.casefold()):
            return group.id, group.handle
    raise Refused("target", _("Slack has no user group @%s.") % wanted)


def _rows(request: AccountRequest) -> QuerySet[OnCallMirror]:
    found = request.account.mirrors.select_related("workspace", "schedule", "policy")
    return found.order_by("target_name", "id")


def _row(request: AccountRequest, mirror: OnCallMirror) -> Row:
    source = mirrors.source(mirror)
    return Row(mirror, source, request.actor.may("configure", of=source))


def _find(request: AccountRequest, public_id: str) -> OnCallMirror:
    found = _rows(request).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found
