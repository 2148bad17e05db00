"""What was filled in in a form over Slack's window, and how its mistakes are shown."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Final

from django.utils import timezone

from integrations.slack.layout import mrkdwn
from integrations.slack.layout.elements import Piece

_FIELD: Final = "oncall:"
LONGEST_ERROR: Final = 1000


@dataclass(frozen=True, slots=True)
class Subject:
    """What a form is about: it travels with the form, and comes back with it.

    Look everything up in the account again before anything is done.
    """

    # The incident's public id, and what people know it by.
    incident: str = ""
    number: int = 0
    title: str = ""
    # Where the form was opened: a channel, and the message in it.
    channel: str = ""
    message: str = ""
    # The address of the message of which an incident is made.
    permalink: str = ""

    def as_json(self) -> str:
        """Put it into a form's private metadata, which has room for 3000."""
        values = asdict(self) | {"title": mrkdwn.cut(self.title, 200)}
        values["permalink"] = self.permalink[:500]
        return json.dumps({name: value for name, value in values.items() if value})


@dataclass(frozen=True, slots=True)
class Filled:
    """What somebody has filled in and sent."""

    form: str
    subject: Subject
    # By the field's name: a text, or for a list of many the texts that were chosen.
    data: Mapping[str, Any]


_FIELDS: Final = fields(Subject)


def read(view: Mapping[str, Any]) -> Filled:
    """Read a form that came back; what is missing there is empty."""
    state = view.get("state")
    values = state.get("values") if isinstance(state, dict) else None
    data = _urgency_of_service(
        {
            name.removeprefix(_FIELD): _value(element)
            for name, found in (values or {}).items()
            for element in found.values()
        }
    )
    return Filled(
        form=str(view.get("callback_id", "")),
        subject=_subject(view.get("private_metadata")),
        data=data,
    )


def errors(found: Mapping[str, Sequence[Any]], filled: Filled) -> Piece:
    """Answer with what is wrong, below the fields; by field, as Django's forms do.

    What belongs to no field of the form is said below the first.
    """
    first = next(iter(filled.data), "")
    told: dict[str, str] = {}
    for name, words in found.items():
        field = name if name in filled.data else first
        said_before = told.get(f"{_FIELD}{field}")
        told[f"{_FIELD}{field}"] = mrkdwn.cut(
            " ".join(filter(None, (said_before, *map(str, words)))), LONGEST_ERROR
        )
    return {"response_action": "errors", "errors": told}


def _value(element: Mapping[str, Any]) -> Any:
    """Read one field, whichever kind it is."""
    if "selected_options" in element:
        return [str(each["value"]) for each in element["selected_options"] or ()]
    if "selected_option" in element:
        return str((element["selected_option"] or {}).get("value", ""))
    if "selected_date_time" in element:
        return _local(element["selected_date_time"])
    return str(element.get("value") or "")


def _local(seconds: int | None) -> str:
    """Write an instant as somebody would type it, in the zone of the moment."""
    if not isinstance(seconds, int) or not 0 < seconds < 2**33:
        return ""
    local = timezone.localtime(datetime.fromtimestamp(seconds, UTC))
    return local.strftime("%Y-%m-%dT%H:%M")


def _urgency_of_service(data: dict[str, Any]) -> dict[str, Any]:
    """Slack takes no empty value of an option, and our forms take nothing else."""
    if data.get("urgency") == "service":
        data["urgency"] = ""
    return data


def _subject(text: Any) -> Subject:
    try:
        found = json.loads(text or "{}")
    except (TypeError, ValueError):
        return Subject()
    if not isinstance(found, dict):
        return Subject()
    kinds = {field.name: int if field.name == "number" else str for field in _FIELDS}
    values: dict[str, Any] = {
        name: value
        for name, value in found.items()
        if name in kinds and isinstance(value, kinds[name])
    }
    return Subject(**values)
