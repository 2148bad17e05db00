"""Setting an extension up: of which kind, where it shows incidents, and whose.

Chats are asked in between, so each view opens its scopes itself.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import ids
from accounts.middleware import scoped
from accounts.requests import AccountRequest, member_in_parts
from integrations.chat import rooms
from integrations.extensions import changes, rights, schemas
from integrations.extensions.schemas import Answers, Offer, Schema
from integrations.extensions.values import Values
from integrations.forms import extensions as forms
from integrations.forms.extensions import ExtensionForm
from integrations.models import Extension, Room, SlackWorkspace

LONGEST_QUERY = 100
ONCE = re.compile(r"P[A-Z0-9]{13}")


@dataclass(frozen=True, slots=True)
class Place:
    """How far somebody has come on the way to a room; it is all in the address."""

    schema: Schema
    workspaces: list[SlackWorkspace]
    workspace: SlackWorkspace | None = None
    # The chosen id, or what was typed instead, and how the list called it.
    channel: str = ""
    called: str = ""

    @property
    def needs_workspace(self) -> bool:
        return self.schema.has_workspaces and self.workspace is None

    @property
    def needs_channel(self) -> bool:
        return self.schema.choices is not None and not self.channel


@require_GET
@member_in_parts("configure")
def extension_kinds(request: AccountRequest) -> HttpResponse:
    """Ask of which kind the new extension is to be."""
    with scoped(request):
        parts = {"kinds": schemas.every(), "service": request.GET.get("service", "")}
        return render(request, "integrations/extensions/kinds.html", parts)


@require_http_methods(["GET", "POST"])
@member_in_parts("configure")
def extension_create(request: AccountRequest, kind: str) -> HttpResponse:
    """Lead to a room, step by step, then ask whose incidents, and make it."""
    schema = find_schema(kind)
    with scoped(request):
        place = find_place(request, schema)
        if schema.missing() or place.needs_workspace:
            return _sign_in(request, place)
    if place.needs_channel:
        return pick(request, place)
    return _create(request, place)


def find_schema(key: str) -> Schema:
    """Find a kind by its key; raises Http404."""
    found = next((each for each in schemas.every() if each.key == key), None)
    if found is None:
        raise Http404
    return found


def find_place(
    request: AccountRequest, schema: Schema, room: Room | None = None
) -> Place:
    """Read how far somebody has come. One workspace needs no choice; may raise 404."""
    if not schema.has_workspaces:
        return Place(schema, [], None, _typed(request, "channel"))
    connected = list(request.account.slack_workspaces.filter(removed_at=None))
    return Place(
        schema,
        connected,
        _workspace(connected, request.GET.get("workspace", ""), room),
        channel=_typed(request, "channel"),
        called=_typed(request, "called"),
    )


def pick(
    request: AccountRequest,
    place: Place,
    extension: Extension | None = None,
    error: str = "",
) -> HttpResponse:
    """Show the chat's own list of rooms, outside of a scope; one may be typed too."""
    query, offer = _typed(request, "q"), Offer([])
    status = 422 if error else 200
    cursor = request.GET.get("cursor", "")
    if place.schema.choices is not None:
        try:
            offer = place.schema.choices(
                request.account, place.workspace, query, cursor
            )
        except (rooms.Failure, changes.Refused) as failure:
            error = error or str(failure)
    parts = {"place": place, "schema": place.schema, "extension": extension}
    parts |= {"offer": offer, "query": query, "error": error}
    with scoped(request):
        return render(
            request, "integrations/extensions/channels.html", parts, status=status
        )


def connect(
    request: AccountRequest,
    place: Place,
    answers: Mapping[str, str],
    room: Room | None = None,
) -> Room | None:
    """Ask the chat for the room, outside of a scope; nothing for what is no chat.

    Raises Refused, in words.
    """
    if place.schema.connect is None:
        return None
    values = {name: text.strip() for name, text in answers.items()}
    given = Answers(values, place.workspace, place.channel, room)
    try:
        return place.schema.connect(request.account, given)
    except rooms.Failure as failure:
        raise changes.Refused(str(failure)) from None


def _workspace(
    connected: Sequence[SlackWorkspace], given: str, room: Room | None
) -> SlackWorkspace | None:
    """Choose the one that is named, the room's, or the only one; may raise Http404."""
    if given:
        chosen = [each for each in connected if each.public_id == given]
        if not chosen:
            raise Http404
        return chosen[0]
    if room is not None:
        chosen = [each for each in connected if each.pk == room.workspace_id]
        return chosen[0] if chosen else None
    return connected[0] if len(connected) == 1 else None


def _sign_in(request: AccountRequest, place: Place) -> HttpResponse:
    parts = {"place": place, "schema": place.schema, "missing": place.schema.missing()}
    return render(request, "integrations/extensions/sign_in.html", parts)


def _create(request: AccountRequest, place: Place) -> HttpResponse:
    with scoped(request):
        if request.method == "POST" and (done := _done(request)):
            return done
        form = _form(request, place)
        if not form.is_valid():
            return _page(request, place, form)
        wanted = form.values(None)
        rights.require(wanted, request.actor)
    try:
        room = connect(request, place, form.answers)
        with scoped(request):
            made = _made(request, place, replace(wanted, room=room))
            return redirect("extension", made.public_id)
    except changes.Refused as refusal:
        form.refuse(str(refusal), refusal.field)
    except IntegrityError:
        form.add_error(None, _("That was sent twice. Try once more."))
    with scoped(request):
        # The same form was sent twice at once, and the other one was faster.
        return _done(request) or _page(request, place, form, once=ids.public_id())


def _made(request: AccountRequest, place: Place, wanted: Values) -> Extension:
    """Make the extension, and say so."""
    made = changes.create(
        request.account,
        place.schema,
        wanted,
        actor=request.actor,
        at=timezone.now(),
        public_id=_once(request),
    )
    messages.success(request, _("The extension is there. Try it now."))
    return made


def _done(request: AccountRequest) -> HttpResponse | None:
    """Lead to what the same form has made already, if it was sent before."""
    made = request.account.extensions.filter(public_id=_once(request)).first()
    return redirect("extension", made.public_id) if made else None


def _once(request: AccountRequest) -> str:
    """Read the id that the form has carried from its beginning."""
    given = request.POST.get("once", "")
    return given if ONCE.fullmatch(given) else ids.public_id()


def _form(request: AccountRequest, place: Place) -> ExtensionForm:
    called = place.called or place.channel
    return ExtensionForm(
        request.POST if request.method == "POST" else None,
        initial=forms.prefilled(request.GET, request.account, called=called),
        schema=place.schema,
        account=request.account,
        actor=request.actor,
    )


def _page(
    request: AccountRequest, place: Place, form: ExtensionForm, *, once: str = ""
) -> HttpResponse:
    parts = {"form": form, "place": place, "schema": place.schema, "extension": None}
    parts["once"] = once or _once(request)
    status = 422 if form.is_bound else 200
    return render(request, "integrations/extensions/form.html", parts, status=status)


def _typed(request: AccountRequest, name: str) -> str:
    return request.GET.get(name, "").strip()[:LONGEST_QUERY]
