"""Telegram's door: what happens where our bots are."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from accounts import tenancy
from accounts.models import Account
from integrations import request_bodies
from integrations.chat import inbox
from integrations.inbound import values
from integrations.telegram import groups, hooks, updates
from integrations.telegram.client import KIND
from integrations.telegram.updates import Update
from oncall.bare import bare

LONGEST: Final = 256 * 1024
HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"


@bare
def telegram_updates(request: HttpRequest, token: str) -> HttpResponse:
    """Keep an update of a bot of ours; the work is done afterwards."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    found = hooks.read(token)
    if found is None:
        return HttpResponse("There is no such door.", status=404)
    account, bot_id = found
    if not hooks.is_secret(request.headers.get(HEADER, ""), account, bot_id):
        return HttpResponse("The secret is missing or wrong.", status=403)
    return _take(request, account, bot_id)


def _take(request: HttpRequest, account: Account, bot_id: int) -> HttpResponse:
    try:
        said = values.clean(values.load(request_bodies.read(request, LONGEST)))
    except (request_bodies.TooLarge, request_bodies.Unreadable, values.NotJSON):
        # Telegram would only send it again.
        return HttpResponse(status=200)
    number = said.get("update_id") if isinstance(said, dict) else None
    update = updates.read(said) if isinstance(number, int) else None
    if update is None or not update.chat_id:
        return HttpResponse(status=200)
    return _keep(account, bot_id, int(number or 0), update)


def _keep(account: Account, bot_id: int, number: int, update: Update) -> HttpResponse:
    at = timezone.now()
    payload: dict[str, Any] = {"bot_id": bot_id, **update.as_json()}
    with tenancy.scope(account):
        kept = inbox.keep(
            account, KIND, update.kind, payload, name=f"{bot_id} {number}", at=at
        )
        if kept is not None and groups.is_call(update):
            groups.remember(kept, at=at)
            return JsonResponse(groups.answer(update))
    return HttpResponse(status=200)
