"""What a gateway calls back with: delivery states, texts from people, keys in calls."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from integrations import gsm, keypad, receipts, replies
from integrations.gateway import client
from integrations.gateway.signatures import signed
from integrations.messages import one_line, render, shortened
from integrations.twilio import loopback

PROVIDER = "gateway"
# How often a call says its words: once more than the first time if no key is
# pressed, and a few times for wrong keys.
MOST_SILENCES = 2
MOST_TURNS = 6
STATES: dict[str, receipts.State] = {
    "queued": "taken",
    "sent": "taken",
    "ringing": "taken",
    "answered": "taken",
    "delivered": "delivered",
    "completed": "delivered",
    "undelivered": "failed",
    "failed": "failed",
    "busy": "failed",
    "no-answer": "failed",
    "canceled": "failed",
}


@signed
def status(request: HttpRequest, said: dict[str, Any], token: str) -> HttpResponse:
    """Record what became of a text or a call."""
    word = str(said.get("status", ""))
    state = STATES.get(word)
    if state is None:
        return HttpResponse("The status is not known.", status=400)
    reason = shortened(one_line(str(said.get("reason", ""))), 150)
    report = receipts.Report(
        PROVIDER, str(said.get("id", "")), state, receipts.words_of(word, reason)
    )
    receipts.record(token, report, at=timezone.now())
    return HttpResponse(status=204)


@signed
def sms(request: HttpRequest, said: dict[str, Any]) -> HttpResponse:
    """Do what a person texted; the answer is texted back to them."""
    reply = replies.by_text(
        str(said.get("from", "")), str(said.get("text", "")), at=timezone.now()
    )
    return JsonResponse({"text": gsm.fitted(reply.text, gsm.LONGEST)})


@signed
def keys(request: HttpRequest, said: dict[str, Any], token: str) -> HttpResponse:
    """Do what a key stands for and say what came of it; else say the page once more."""
    digits = str(said.get("digits", ""))
    reply = keypad.press(token, digits, at=timezone.now())
    if reply is not None:
        return _say(reply.text)
    turn, silences = _count(request, "turn") + 1, _count(request, "silent")
    silences += not digits
    if turn >= MOST_TURNS or silences >= MOST_SILENCES:
        return _say(_("No key was pressed. The incident still waits for you."))
    return _repeat(token, turn=turn, silences=silences)


def _repeat(token: str, *, turn: int, silences: int) -> HttpResponse:
    page = replies.page_of(token)
    if isinstance(page, replies.Reply):
        return _say(page.text)
    address = client.address("gateway_keys", token)
    return JsonResponse(
        {
            "say": loopback.words_of(render(page, "xml")),
            "keys": f"{address}?turn={turn}&silent={silences}",
        }
    )


def _say(text: str) -> HttpResponse:
    return JsonResponse({"say": one_line(f"{text.rstrip('.')}. {_('Goodbye.')}")})


def _count(request: HttpRequest, name: str) -> int:
    # We wrote it, and the signature covers it.
    given = request.GET.get(name, "0")
    return int(given) if given.isdecimal() and len(given) < 3 else 0
