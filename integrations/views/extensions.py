"""Extensions: their list, each one's page, and what may be done to one."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from accounts import cursors
from accounts.requests import AccountRequest, member
from integrations.extensions import changes, rights, schemas, values
from integrations.forms import extensions as forms
from integrations.forms.extensions import ExtensionForm
from integrations.models import ChatMessage, Extension

# What was done, once a button has been pressed.
ACTS: Final[dict[str, tuple[Callable[..., object], str | Promise]]] = {
    "pause": (
        changes.pause,
        gettext_lazy("The extension is paused. It is told nothing new."),
    ),
    "resume": (
        changes.resume,
        gettext_lazy("The extension is told news again."),
    ),
}


@require_GET
@member("configure")
def extensions(request: AccountRequest) -> HttpResponse:
    """List the account's extensions, the newest first, of one kind or all."""
    rows, kind = rows_of(request), request.GET.get("kind", "")
    kinds = [(schema.key, schema.label) for schema in schemas.every()]
    if kind in dict(kinds):
        rows = rows.filter(schema=kind)
    found, newer, older = cursors.page(rows, request.GET.get("cursor", ""))
    parts: dict[str, Any] = {"extensions": found, "newer": newer, "older": older}
    parts |= {"kinds": kinds, "kind": kind if kind in dict(kinds) else ""}
    return render(request, "integrations/extensions/list.html", parts)


@require_GET
@member("configure")
def extension(request: AccountRequest, public_id: str) -> HttpResponse:
    """Show an extension: how it is, what it hears of, and what to do about it."""
    found = find(request, public_id)
    room, schema = found.room, schemas.of(found)
    parts: dict[str, Any] = {"extension": found, "schema": schema}
    if room is not None:
        parts |= {
            "waiting": room.messages.exclude(due_at=None).count(),
            "test": _last_test(found),
            "others": rights.visible(
                room.extensions.exclude(pk=found.pk), request.actor
            ),
            "people": _people(found),
        }
    return render(request, "integrations/extensions/detail.html", parts)


@require_POST
@member("configure")
def extension_act(request: AccountRequest, public_id: str, verb: str) -> HttpResponse:
    """Pause an extension or go on with it."""
    act, done = ACTS[verb]
    act(find(request, public_id), actor=request.actor, at=timezone.now())
    messages.success(request, str(done))
    return redirect("extension", public_id)


@require_POST
@member("configure")
def extension_test(request: AccountRequest, public_id: str) -> HttpResponse:
    """Send a test message; the extension's page says what becomes of it."""
    found = find(request, public_id)
    last = _last_test(found)
    # A second press asks for nothing that is on its way already.
    if last is None or last.due_at is None or last.attempts:
        try:
            changes.test(found, actor=request.actor, at=timezone.now())
        except changes.Refused as refusal:
            messages.error(request, str(refusal))
    return redirect("extension", public_id)


@require_http_methods(["GET", "POST"])
@member("configure")
def extension_edit(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask for changes of an extension, or make them."""
    found = find(request, public_id)
    form = ExtensionForm(
        request.POST if request.method == "POST" else None,
        initial=forms.initial(values.of(found)),
        schema=schemas.of(found),
        account=request.account,
        actor=request.actor,
        extension=found,
    )
    if form.is_valid():
        wanted = form.values(found.room)
        try:
            changes.change(found, wanted, actor=request.actor, at=timezone.now())
        except changes.Refused as refusal:
            form.refuse(str(refusal), refusal.field)
        else:
            messages.success(request, _("The extension is saved."))
            return redirect("extension", public_id)
    parts = {"form": form, "extension": found, "schema": schemas.of(found)}
    status = 422 if form.is_bound else 200
    return render(request, "integrations/extensions/form.html", parts, status=status)


@require_http_methods(["GET", "POST"])
@member("configure")
def extension_delete(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask whether to remove an extension, or do it."""
    found = find(request, public_id)
    if request.method == "GET":
        parts = {"extension": found, "schema": schemas.of(found)}
        return render(request, "integrations/extensions/delete.html", parts)
    changes.delete(found, actor=request.actor, at=timezone.now())
    messages.success(request, _("The extension is removed."))
    return redirect("extensions")


def find(request: AccountRequest, public_id: str) -> Extension:
    """Find an extension of the account; raises Http404."""
    return get_object_or_404(rows_of(request), public_id=public_id)


def rows_of(request: AccountRequest) -> QuerySet[Extension]:
    """Return those that the member may see, with what lists show of them."""
    rows = request.account.extensions.select_related(
        "team", "room__workspace", "created_by__user"
    ).prefetch_related("extended_services__service", "subscriptions")
    return rights.visible(rows, request.actor)


def _last_test(extension: Extension) -> ChatMessage | None:
    room = extension.room
    tests = room.messages.filter(incident=None) if room else None
    return tests.order_by("-id").first() if tests is not None else None


def _people(extension: Extension) -> dict[str, int] | None:
    """Count who of the chat is linked and who is not, where people can act."""
    place_of = schemas.of(extension).place
    if place_of is None or extension.room is None:
        return None
    met = extension.account.chat_users.filter(place=place_of(extension.room))
    linked = met.exclude(membership=None).count()
    return {"linked": linked, "unlinked": met.count() - linked}
