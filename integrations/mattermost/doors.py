"""Mattermost's door: somebody has pressed a button."""

from datetime import timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import tenancy
from integrations import request_bodies
from integrations.chat import acting, inbox
from integrations.inbound import values
from integrations.mattermost import layout, presses
from integrations.mattermost.presses import KIND, Press
from integrations.models import ChatRequest, Room
from oncall.bare import bare

LONGEST: Final = 64 * 1024
# So long a press is the door's; then somebody else looks after it.
OURS: Final = timedelta(seconds=20)


@bare
def actions(request: HttpRequest) -> HttpResponse:
    """Take a press of a button whose secret is ours, and say what came of it."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    press = _read(request)
    room = _room(press) if press else None
    if press is None or room is None or press.is_stale(timezone.now()):
        return HttpResponse("This button is not ours.", status=403)
    return JsonResponse({"ephemeral_text": layout.lines([_answer(press, room)])})


def _read(request: HttpRequest) -> Press | None:
    try:
        body = request_bodies.read(request, LONGEST)
        return presses.read(values.clean(values.load(body)))
    except (request_bodies.TooLarge, request_bodies.Unreadable, values.NotJSON):
        return None


def _room(press: Press) -> Room | None:
    """Find the room of a button, if the button is ours."""
    with tenancy.all_accounts():
        rows = Room.across_accounts.select_related("account")
        room = rows.filter(kind=KIND, public_id=press.room).first()
    if room is None or room.account.suspended_at is not None:
        return None
    is_ours = layout.is_ours(press.token, room, press.incident, press.verb)
    return room if is_ours else None


def _answer(press: Press, room: Room) -> str:
    request = _kept(press, room)
    if request is None:
        return _("This was done already.")
    try:
        return _done(press, room, request)
    except acting.Unknown:
        _leave(request)
        return _("One moment: we ask who you are, and tell you in private.")
    except acting.Refused as refusal:
        _finish(request)
        return str(refusal)


def _kept(press: Press, room: Room) -> ChatRequest | None:
    at = timezone.now()
    with tenancy.scope(room.account):
        return inbox.keep(
            room.account,
            KIND,
            "interaction",
            _payload(press),
            name=f"{room.public_id} {press.trigger}",
            at=at,
            retry_at=at + OURS,
        )


def _payload(press: Press) -> dict[str, object]:
    """Keep what is needed later, and no secret."""
    context = {"room": press.room, "incident": press.incident, "verb": press.verb}
    return {
        "context": context,
        "user_id": press.user_id,
        "user_name": press.name,
        "trigger_id": press.trigger,
    }


def _done(press: Press, room: Room, request: ChatRequest) -> str:
    at = timezone.now()
    with tenancy.scope(room.account):
        words = presses.now(press, room, at)
        inbox.finish(request, at=at)
    return words


def _leave(request: ChatRequest) -> None:
    with tenancy.scope(request.account):
        inbox.leave(request)


def _finish(request: ChatRequest) -> None:
    with tenancy.scope(request.account):
        inbox.finish(request, at=timezone.now())
