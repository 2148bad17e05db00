"""What Twilio calls back with: delivery states, texts from people, keys in calls."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from integrations import gsm, keypad, receipts, replies
from integrations.messages import one_line, render
from integrations.twilio.signatures import signed

PROVIDER = "twilio"
STATES: dict[str, receipts.State] = {
    "accepted": "taken",
    "queued": "taken",
    "sending": "taken",
    "sent": "taken",
    "initiated": "taken",
    "ringing": "taken",
    "in-progress": "taken",
    "delivered": "delivered",
    "read": "delivered",
    "completed": "delivered",
    "undelivered": "failed",
    "failed": "failed",
    "busy": "failed",
    "no-answer": "failed",
    "canceled": "failed",
}


@signed
def status(request: HttpRequest, token: str) -> HttpResponse:
    """Record what became of a text or a call; this will ignore unknown states."""
    said = request.POST
    word = said.get("MessageStatus") or said.get("CallStatus", "")
    sid = said.get("MessageSid") or said.get("CallSid", "")
    if (state := STATES.get(word)) is not None:
        words = receipts.words_of(word, said.get("ErrorCode", ""))
        report = receipts.Report(PROVIDER, sid, state, words)
        receipts.record(token, report, at=timezone.now())
    return HttpResponse(status=204)


@signed
def sms(request: HttpRequest) -> HttpResponse:
    """Do what a person texted, and answer in a text."""
    reply = replies.by_text(
        request.POST.get("From", ""), request.POST.get("Body", ""), at=timezone.now()
    )
    answer = MessagingResponse()
    answer.message(gsm.fitted(reply.text, gsm.LONGEST))
    return _xml(answer)


@signed
def voice(request: HttpRequest, token: str) -> HttpResponse:
    """Say what a call is about, and wait for a key."""
    return _speak(token)


@signed
def keys(request: HttpRequest, token: str) -> HttpResponse:
    """Do what a key stands for and say what came of it; else say the page once more."""
    digits = request.POST.get("Digits", "")
    reply = keypad.press(token, digits, at=timezone.now())
    return _speak(token) if reply is None else _say(reply.text)


def _speak(token: str) -> HttpResponse:
    page = replies.page_of(token)
    if isinstance(page, replies.Reply):
        return _say(page.text)
    action = settings.SITE_URL + reverse("twilio_keys", args=[token])
    return HttpResponse(render(page, "xml", action=action), "text/xml")


def _say(text: str) -> HttpResponse:
    answer = VoiceResponse()
    answer.say(one_line(f"{text.rstrip('.')}. {_('Goodbye.')}"))
    answer.hangup()
    return _xml(answer)


def _xml(answer: MessagingResponse | VoiceResponse) -> HttpResponse:
    return HttpResponse(str(answer), "text/xml")
