"""The local outbox as pages: mail to read, texts to answer, calls to take."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import ParamSpec

from csp.decorators import csp
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AccountRequest, View, member
from integrations import phones
from integrations.models import OutboxMessage

P = ParamSpec("P")

Kind = OutboxMessage.Kind
# How much of the past the page shows.
MAILS = 50
TEXTS = 100
CALLS = 60
DELIVERIES = 500
LONGEST_TEXT = 1600
KEYS = "123456789*0#"


@dataclass
class Thread:
    """The texts to and from one number; or one call, with what was said and pressed."""

    number: str
    latest: OutboxMessage
    rows: list[OutboxMessage] = field(default_factory=list)
    # Where the next key goes; nothing when the call is over or not yet taken.
    action: str = ""
    is_over: bool = False


def resident(view: View[P]) -> View[P]:
    """Open a view of the outbox to members, of what their account would have sent.

    Only the embedded default has one: elsewhere this will answer 404.
    """

    @wraps(view)
    def guarded(
        request: AccountRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        if not settings.EMBEDDED:
            raise Http404
        return for_members(request, *args, **kwargs)

    for_members = member()(view)
    guarded.asks_for = "view"  # type: ignore[attr-defined]
    return guarded


@require_safe
@resident
def outbox(request: AccountRequest) -> HttpResponse:
    """Show mails, texts and calls; a refresh of what has not changed is empty."""
    seen = _visible(request)
    newest = seen.values_list("pk", flat=True).first() or 0
    if request.headers.get("HX-Request") and request.GET.get("newest") == str(newest):
        return HttpResponse(status=204)
    context = {
        "newest": newest,
        "mails": seen.filter(kind=Kind.EMAIL)[:MAILS],
        "threads": _threads(seen.filter(kind=Kind.SMS)[:TEXTS]),
        "calls": _calls(seen.filter(kind=Kind.CALL)[:CALLS]),
        "keys": KEYS,
    }
    return render(request, "integrations/outbox.html", context)


@require_safe
@resident
def mail(request: AccountRequest, pk: int) -> HttpResponse:
    """Show one mail."""
    found = _one(request, Kind.EMAIL, pk)
    return render(request, "integrations/outbox_mail.html", {"mail": found})


@require_safe
@csp(  # type: ignore[arg-type]
    {
        "default-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],
        "img-src": ["data:"],
        "frame-ancestors": ["'self'"],
        "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
    }
)
@xframe_options_sameorigin
@resident
def mail_html(request: AccountRequest, pk: int) -> HttpResponse:
    """Show a mail's HTML alone, as powerless as a mail program shows it."""
    return HttpResponse(_one(request, Kind.EMAIL, pk).html)


@require_POST
@resident
def text_back(request: AccountRequest, pk: int) -> HttpResponse:
    """Answer a text; Twilio's part is played once this request has committed."""
    text = _one(request, Kind.SMS, pk)
    body = request.POST.get("body", "").strip()[:LONGEST_TEXT]
    if body:
        transaction.on_commit(partial(phones.text_back, _as_received(text), body))
    else:
        messages.error(request, _("Type an answer first, such as 4."))
    return redirect("outbox")


@require_POST
@resident
def pick_up(request: AccountRequest, pk: int) -> HttpResponse:
    """Take a call."""
    call = _ringing(request, pk)
    transaction.on_commit(partial(phones.pick_up, call))
    return redirect("outbox")


@require_POST
@resident
def press(request: AccountRequest, pk: int) -> HttpResponse:
    """Press a key during a call, or hang up."""
    call = _ringing(request, pk)
    (thread,) = _calls([call, *_visible(request).filter(parameters__of=_sid(call))])
    key = request.POST.get("key", "")
    if not thread.action:
        messages.error(request, _("This call is over."))
    elif key == "hang-up":
        transaction.on_commit(partial(phones.hang_up, call))
    elif key and key in KEYS:
        transaction.on_commit(partial(phones.press, call, thread.action, key))
    return redirect("outbox")


def _is_operator(request: AccountRequest) -> bool:
    return bool(getattr(request.user, "is_staff", False))


def _visible(request: AccountRequest) -> QuerySet[OutboxMessage]:
    """Find what this account's deliveries left, and the reader's own other mail.

    An address proves nothing: anybody may add one. Only operators see all.
    """
    if _is_operator(request):
        return OutboxMessage.objects.all()
    deliveries = request.account.notifications.order_by("-id")
    tokens = list(deliveries.values_list("token", flat=True)[:DELIVERIES])
    mine = Q(kind=Kind.EMAIL, recipient__iexact=request.membership.email)
    return OutboxMessage.objects.filter(
        Q(parameters__token__in=tokens) | (mine & Q(parameters__token=""))
    )


def _one(request: AccountRequest, kind: str, pk: int) -> OutboxMessage:
    return get_object_or_404(_visible(request), kind=kind, pk=pk)


def _ringing(request: AccountRequest, pk: int) -> OutboxMessage:
    """Find a call itself, not something said in it."""
    calls = _visible(request).filter(kind=Kind.CALL, parameters__has_key="sid")
    return get_object_or_404(calls, pk=pk)


def _as_received(text: OutboxMessage) -> OutboxMessage:
    """Turn what the person wrote last into what they would answer to."""
    if text.is_reply:
        text.sender, text.recipient = text.recipient, text.sender
    return text


def _sid(call: OutboxMessage) -> str:
    return str(call.parameters.get("of") or call.parameters["sid"])


def _threads(rows: Iterable[OutboxMessage]) -> list[Thread]:
    """Put texts together by number: the liveliest first, its newest text last."""
    threads: dict[str, Thread] = {}
    for row in rows:
        number = row.sender if row.is_reply else row.recipient
        threads.setdefault(number, Thread(number, row)).rows.insert(0, row)
    return list(threads.values())


def _calls(rows: Iterable[OutboxMessage]) -> list[Thread]:
    """Put what was said and pressed into its call, the newest call first."""
    ordered = sorted(rows, key=lambda row: row.pk)
    calls = {
        _sid(row): Thread(row.recipient, row)
        for row in ordered
        if "sid" in row.parameters
    }
    for row in ordered:
        thread = calls.get(_sid(row))
        if thread is None or row is thread.latest:
            continue
        thread.rows.append(row)
        thread.action = "" if row.is_reply else row.parameters["action"]
        thread.is_over = row.is_reply and not row.text
    return list(reversed(calls.values()))
