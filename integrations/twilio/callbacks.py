"""What Twilio calls back with: delivery states, texts from people, keys in calls."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from incidents import notifications
from integrations import gsm, replies
from integrations.messages import one_line, render
from integrations.twilio.signatures import signed

DELIVERED = {"delivered", "read", "completed"}
FAILED = {"undelivered", "failed", "busy", "no-answer", "canceled"}
WORDS = {
    "undelivered": "The network did not deliver it",
    "failed": "The network could not reach the number",
    "busy": "The line was busy",
    "no-answer": "Nobody picked up",
    "canceled": "The call was cancelled",
}
KEYS = {"4": "acknowledge", "6": "resolve"}


@signed
def status(request: HttpRequest, token: str) -> HttpResponse:
    """Record what became of a text or a call; this will ignore states in between."""
    state = request.POST.get("MessageStatus") or request.POST.get("CallStatus", "")
    at = timezone.now()
    if state in DELIVERED:
        notifications.receipt(token, "delivered", "", at=at)
    elif state in FAILED:
        code = request.POST.get("ErrorCode", "")
        error = f"{WORDS[state]} ({code})." if code else f"{WORDS[state]}."
        notifications.receipt(token, "failed", error, at=at)
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
    verb = KEYS.get(request.POST.get("Digits", ""))
    if verb is None:
        return _speak(token)
    reply = replies.answer(token, verb, via="voice", at=timezone.now())
    return _say(reply.text)


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
