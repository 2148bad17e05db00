"""Connecting an extension's room anew, or another one in its place."""

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.middleware import scoped
from accounts.requests import AccountRequest, member_in_parts
from integrations.extensions import changes, schemas
from integrations.forms.rooms import ANSWER, AnswersForm
from integrations.models import Extension, Room
from integrations.views.extension_setup import Place, connect, find_place, pick
from integrations.views.extensions import find


@require_http_methods(["GET", "POST"])
@member_in_parts("configure")
def extension_reconnect(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask where the room is, as when it was set up, and go on with it."""
    with scoped(request):
        found = find(request, public_id)
        schema, room = schemas.of(found), found.room
        if schema.connect is None or room is None:
            raise Http404
        place = find_place(request, schema, room)
        if schema.missing() or place.needs_workspace:
            parts = {"place": place, "schema": schema, "extension": found}
            parts["missing"] = schema.missing()
            return render(request, "integrations/extensions/sign_in.html", parts)
        form = _form(request, place, room)
        is_sent = request.method == "POST" and form.is_valid()
    if schema.choices is not None:
        place = replace(place, channel=request.POST.get("channel", "").strip()[:100])
        is_sent = is_sent and bool(place.channel)
    if is_sent and (done := _reconnected(request, found, place, form, room)):
        return done
    return _page(request, found, place, form)


def _reconnected(
    request: AccountRequest,
    found: Extension,
    place: Place,
    form: AnswersForm,
    room: Room,
) -> HttpResponse | None:
    """Ask the chat, and keep the room; a refusal stays on the form."""
    try:
        made = connect(request, place, form.answers, room)
        with scoped(request):
            fresh = find(request, found.public_id)
            if made is not None:
                changes.reconnect(fresh, made, actor=request.actor, at=timezone.now())
            messages.success(request, _("It is connected. Send a test message."))
            return redirect("extension", found.public_id)
    except changes.Refused as refusal:
        form.refuse(str(refusal), refusal.field)
        return None


def _form(request: AccountRequest, place: Place, room: Room) -> AnswersForm:
    known = {f"{ANSWER}{name}": text for name, text in place.schema.known(room).items()}
    posted = request.POST if request.method == "POST" else None
    return AnswersForm(posted, initial=known, schema=place.schema, room=room)


def _page(
    request: AccountRequest, found: Extension, place: Place, form: AnswersForm
) -> HttpResponse:
    errors = [str(error) for error in form.non_field_errors()]
    if place.schema.choices is not None:
        return pick(request, place, found, error=" ".join(errors))
    parts = {"form": form, "extension": found, "schema": place.schema}
    status = 422 if form.errors else 200
    with scoped(request):
        return render(
            request, "integrations/extensions/reconnect.html", parts, status=status
        )
