"""What a push says: from a message to what the service worker shows."""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import channels
from integrations.messages import PRODUCT, STATUSES, one_line, shortened
from integrations.push import tokens

# Push services take 4096 bytes, and a character has up to twelve of them as JSON.
TITLE, BODY, LINE = 100, 200, 80
# How many other incidents a bundle names.
NAMED = 3
# Later, a page in the wrong night helps nobody; a notice still does.
PAGE_IS_FRESH = timedelta(hours=1)
NOTICE_IS_FRESH = timedelta(days=1)
TEST_IS_FRESH = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Push:
    """A push: what the browser shows, and how the push service treats it."""

    content: dict[str, Any]
    ttl: timedelta
    urgency: str = "normal"
    # A newer push of a topic replaces one that still waits for the phone.
    topic: str = field(default="")

    @property
    def headers(self) -> dict[str, str]:
        """Answer what the push service wants to know."""
        topic = {"Topic": self.topic} if self.topic else {}
        return {"Urgency": self.urgency, **topic}


def compose(message: channels.Message) -> Push:
    """Write the push of a message."""
    match message:
        case channels.Page():
            return _page(message)
        case channels.Request():
            return _request(message)
        case channels.Notice():
            return _notice(message)
        case channels.Code():
            title = _("Code for %(product)s") % {"product": PRODUCT}
            content = _content(message, title, message.code, tag=message.token)
            return Push(content, TEST_IS_FRESH, "high")
    return _test(message)


def _page(page: channels.Page) -> Push:
    status = STATUSES.get(page.status, page.status)
    is_high = page.urgency == "high"
    tag = _tag(page.account, page.number)
    content = _content(
        page,
        f"{shortened(one_line(page.service), TITLE)}: {status}",
        "\n".join(_page_lines(page)),
        tag=tag,
        link=page.link,
        buttons={"acknowledge": _("Acknowledge"), "resolve": _("Resolve")},
    )
    content["stays"] = is_high
    content["at"] = int(page.opened_at.timestamp() * 1000)
    return Push(content, PAGE_IS_FRESH, "high" if is_high else "normal", tag)


def _page_lines(page: channels.Page) -> list[str]:
    lines = [f"#{page.number} {shortened(one_line(page.title), BODY)}"]
    for number, title in page.others[:NAMED]:
        lines.append(f"#{number} {shortened(one_line(title), LINE)}")
    if more := page.more - min(len(page.others), NAMED):
        lines += [_("and %d more") % more] if more > 0 else []
    if page.reason:
        lines.append(shortened(one_line(page.reason), LINE))
    return lines


def _request(request: channels.Request) -> Push:
    tag = _tag(request.account, request.number, "request")
    asks = _("%(who)s asks for your help: #%(number)d %(title)s") % {
        "who": shortened(one_line(request.requester), LINE),
        "number": request.number,
        "title": shortened(one_line(request.title), BODY),
    }
    said = shortened(one_line(request.message), BODY)
    content = _content(
        request,
        shortened(one_line(request.service), TITLE),
        "\n".join(line for line in (asks, said) if line),
        tag=tag,
        link=request.link,
        buttons={"accept": _("Accept"), "decline": _("Decline")},
    )
    content["stays"] = True
    return Push(content, PAGE_IS_FRESH, "high", tag)


def _notice(notice: channels.Notice) -> Push:
    content = _content(
        notice,
        shortened(one_line(notice.subject), TITLE),
        shortened(one_line(" ".join(notice.lines)), BODY),
        tag=notice.token,
        link=notice.link,
    )
    return Push(content, NOTICE_IS_FRESH)


def _test(message: channels.Message) -> Push:
    title = _("Test message from %(product)s") % {"product": PRODUCT}
    body = _("Pushes of %(account)s reach this browser.") % {
        "account": shortened(one_line(message.account), LINE)
    }
    content = _content(message, title, body, tag=message.token)
    return Push(content, TEST_IS_FRESH, "high")


def _content(
    message: channels.Message,
    title: str,
    body: str,
    *,
    tag: str,
    link: str = "",
    buttons: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Put together what the service worker reads; see static/js/worker.js."""
    signed = tokens.sign(message.token)
    return {
        "title": title,
        "body": body,
        "tag": tag,
        "link": link or f"{settings.SITE_URL}{reverse('profile')}",
        "buttons": [{"action": a, "title": t} for a, t in (buttons or {}).items()],
        # Paths, because the browser knows best by which name it reaches us.
        "answer": reverse("push_answer", args=[signed]),
        "received": reverse("push_received", args=[signed]),
        "failed": _("Your answer did not get through. Open the page to try again."),
    }


def _tag(account: str, number: int, about: str = "incident") -> str:
    """Name what a push is about, in the 32 characters that a topic may have."""
    key = f"{about}\n{account}\n{number}".encode()
    return hashlib.sha256(key).hexdigest()[:32]
