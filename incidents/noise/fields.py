"""The fields of an alert that rules and grouping speak of, and their values as text."""

import json
from typing import Any, Final

from django.db.models import CharField, F
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast

from incidents.models import Alert

# As people and the API name a field, and the alert's own attribute.
PLAIN: Final = {
    "summary": "summary",
    "source": "source",
    "component": "component",
    "group": "group",
    "class": "event_class",
    "severity": "severity",
}
DETAILS: Final = "custom_details."


def is_field(name: str) -> bool:
    """Say whether alerts can have such a field."""
    if name in PLAIN:
        return True
    return name.startswith(DETAILS) and all(name.removeprefix(DETAILS).split("."))


def value(alert: Alert, name: str) -> str:
    """Return a field's value as text; blank where the alert has none."""
    if name in PLAIN:
        return str(getattr(alert, PLAIN[name]))
    found: Any = alert.details
    for key in name.removeprefix(DETAILS).split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return _text(found)


def expression(name: str) -> Combinable:
    """Return what PostgreSQL reads as the same text."""
    if name in PLAIN:
        return Cast(F(PLAIN[name]), CharField())
    *path, last = name.removeprefix(DETAILS).split(".")
    # The text of a transform is a key, however it looks: `a__b` is no lookup here.
    inner: Any = "details"
    for key in path:
        inner = KeyTransform(key, inner)
    return KeyTextTransform(last, inner)


def _text(found: Any) -> str:
    if found is None:
        return ""
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
