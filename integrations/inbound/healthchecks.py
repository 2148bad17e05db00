"""Healthchecks.io: a webhook whose body is what it knows of a check."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from integrations.inbound import event, values
from integrations.inbound.event import InboundEvent
from integrations.inbound.registry import parser

NAME = "Healthchecks"


@parser(
    "healthchecks",
    name=_("Healthchecks.io"),
    setup=_(
        "Add a webhook integration; for both checks that go down and that come up,"
        " choose POST, this address, and $JSON as the request body."
    ),
)
def read(payload: Any) -> list[InboundEvent]:
    """Read a message about one check; raises Invalid."""
    check = event.fields(payload)
    key = values.said(check, "uuid", "code", "unique_key", "slug", "name")
    if not key:
        raise event.Invalid(["'name' is missing or blank"])
    status = values.said(check, "status").lower()
    name = values.said(check, "name", "slug") or key
    if status in ("up", "new", "paused", "started", "grace"):
        return [event.resolve(key, name)] if status == "up" else []
    return [
        event.trigger(
            key,
            f"{name} is {status or 'down'}",
            severity="critical",
            source=name,
            group=values.said(check, "tags"),
            custom_details=event.excerpt(check),
            client=NAME,
        )
    ]
