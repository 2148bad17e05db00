"""Checks what a subscription is made of, whoever gives it. Raises Refused."""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from django.utils.translation import gettext as _

from integrations import outgoing
from integrations.models import WebhookSubscription
from integrations.webhooks import event_types
from integrations.webhooks.refusals import Refused

Values = dict[str, Any]
Filter = WebhookSubscription.Filter

MOST_HEADERS = 20
LONGEST_NAME, LONGEST_VALUE = 100, 2000
# What HTTP itself needs, and what we say of the message.
OURS = {
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-pagerduty-signature",
    "x-webhook-id",
    "x-webhook-subscription",
}
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# Nothing that could end the line.
VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")


def checked(given: Mapping[str, Any], old: WebhookSubscription | None = None) -> Values:
    """Return the fields to set. Raises Refused for what cannot be, naming it."""
    values: Values = {}
    if "description" in given:
        values["description"] = str(given["description"] or "").strip()
    if "is_active" in given:
        values["is_active"] = bool(given["is_active"])
    if "events" in given:
        values["events"] = _events(given["events"])
    if {"filter_type", "service", "team"} & given.keys() or old is None:
        values |= _filter(given, old)
    headers = _headers(given["headers"]) if "headers" in given else None
    if "url" in given:
        values["url"], own = _url(str(given["url"]).strip())
        if own is not None:
            kept = headers if headers is not None else (old.headers if old else [])
            headers = [h for h in kept if h["name"].lower() != "authorization"] + [own]
    if headers is not None:
        values["headers"] = headers
    return values


def _events(names: Any) -> list[str]:
    if not isinstance(names, Sequence) or isinstance(names, str) or not names:
        raise Refused(_("Choose at least one type of event."), "events")
    for name in names:
        if not isinstance(name, str) or name not in event_types.KNOWN:
            raise Refused(
                _("%(name)s is no type of event.") % {"name": str(name)[:100]}, "events"
            )
    return list(dict.fromkeys(names))


def _filter(given: Mapping[str, Any], old: WebhookSubscription | None) -> Values:
    kind = given.get("filter_type") or (old.filter_type if old else Filter.ACCOUNT)
    if kind not in Filter.values:
        raise Refused(_("Choose the account, a service or a team."), "filter_type")
    found: Values = {"filter_type": kind, "service": None, "team": None}
    found["filter_id"] = ""
    if kind == Filter.ACCOUNT:
        return found
    chosen = given.get(kind) or (getattr(old, kind) if old else None)
    if chosen is None:
        words = _("Choose a service.") if kind == "service" else _("Choose a team.")
        raise Refused(words, kind)
    return {**found, kind: chosen, "filter_id": chosen.public_id}


def _url(url: str) -> tuple[str, dict[str, str] | None]:
    """Return the address without a password, and the header which says it instead."""
    try:
        parts = urlsplit(url)
        user, password = parts.username, parts.password
    except ValueError:
        raise Refused(_("This is not an address of the web."), "url") from None
    if user is None and password is None:
        bare, header = url, None
    else:
        bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        pair = f"{unquote(user or '')}:{unquote(password or '')}".encode()
        value = f"Basic {b64encode(pair).decode()}"
        header = {"name": "Authorization", "value": value}
    try:
        outgoing.check(bare)
    except outgoing.Refused as refusal:
        raise Refused(str(refusal), "url") from None
    return bare, header


def _headers(given: Any) -> list[dict[str, str]]:
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise Refused(_("Headers are a list of names and values."), "headers")
    if len(given) > MOST_HEADERS:
        words = _("There can be %(most)d headers at most.") % {"most": MOST_HEADERS}
        raise Refused(words, "headers")
    found = [_header(each) for each in given]
    names = [each["name"].lower() for each in found]
    if len(set(names)) < len(names):
        raise Refused(_("Give each header once."), "headers")
    return found


def _header(given: Any) -> dict[str, str]:
    name = given.get("name") if isinstance(given, Mapping) else None
    value = given.get("value") if isinstance(given, Mapping) else None
    if not isinstance(name, str) or not isinstance(value, str):
        raise Refused(_("Headers are a list of names and values."), "headers")
    value = value.strip()
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        words = _("%(name)s is no name of a header.") % {"name": name[:LONGEST_NAME]}
        raise Refused(words, "headers")
    if name.lower() in OURS:
        words = _("The header %(name)s is ours to set.") % {"name": name}
        raise Refused(words, "headers")
    if not VALUE.fullmatch(value) or len(value) > LONGEST_VALUE:
        words = _("The value of %(name)s cannot be sent.") % {"name": name}
        raise Refused(words, "headers")
    return {"name": name, "value": value}
