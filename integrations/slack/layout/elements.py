"""The pieces that Slack's messages and forms are made of, cut to Slack's limits.

Slack refuses a whole message for one piece that is too long or empty.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from integrations.slack.layout import mrkdwn

Piece = dict[str, Any]

LONGEST_BUTTON, LONGEST_VALUE, LONGEST_LABEL = 75, 255, 75
LONGEST_OPTION, LONGEST_PLACEHOLDER, LONGEST_HINT = 75, 150, 2000
LONGEST_INPUT, LONGEST_INITIAL = 3000, 3000
# Of a list, and of the lists that one element may have; more makes a slow form.
MOST_OPTIONS, MOST_CHOICES = 100, 1000
# Slack takes forms of up to 250 kB, of which ours have two long lists at most.
LONGEST_LIST: Final = 100_000


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose in a list."""

    value: str
    label: str


def plain(text: str, most: int, *, otherwise: str = "-") -> Piece:
    """Make a text without any formatting; Slack takes no empty one."""
    shown = mrkdwn.cut(mrkdwn.printable(text).strip(), most) or otherwise
    return {"type": "plain_text", "text": shown, "emoji": False}


def button(
    text: str,
    action_id: str,
    value: str,
    *,
    label: str = "",
    style: str = "",
    confirm: Piece | None = None,
) -> Piece:
    """Make a button; `label` is what a screen reader says instead of the text."""
    made = {
        "type": "button",
        "text": plain(text, LONGEST_BUTTON),
        "action_id": action_id,
        "value": value[:LONGEST_VALUE],
    }
    if label:
        made["accessibility_label"] = mrkdwn.cut(label, LONGEST_LABEL)
    if style:
        made["style"] = style
    if confirm:
        made["confirm"] = confirm
    return made


def link_button(text: str, action_id: str, address: str) -> Piece:
    """Make a button that leads to an address."""
    made = {"type": "button", "text": plain(text, LONGEST_BUTTON)}
    return made | {"action_id": action_id, "url": address}


def confirm(title: str, text: str, yes: str) -> Piece:
    """Ask before something is done."""
    return {
        "title": plain(title, 100),
        "text": plain(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain(_("Cancel"), 30),
    }


def fitting(choices: Sequence[Choice]) -> Sequence[Choice]:
    """Keep as many choices as there is room for in one element of a form."""
    room = LONGEST_LIST
    for place, choice in enumerate(choices[:MOST_CHOICES]):
        room -= len(json.dumps(option(choice))) + len(", ")
        if room < 0:
            return choices[:place]
    return choices[:MOST_CHOICES]


def option(choice: Choice) -> Piece:
    """Make one entry of a list."""
    return {"text": plain(choice.label, LONGEST_OPTION), "value": choice.value[:150]}


def options(choices: Sequence[Choice]) -> Piece:
    """Make the entries of a list; long ones fall into groups by their beginnings."""
    kept = fitting(choices)
    if len(kept) <= MOST_OPTIONS:
        return {"options": [option(choice) for choice in kept]}
    parts = math.ceil(len(kept) / MOST_OPTIONS)
    size = math.ceil(len(kept) / parts)
    groups = [kept[start : start + size] for start in range(0, len(kept), size)]
    return {"option_groups": [_group(group) for group in groups]}


def select(
    choices: Sequence[Choice], placeholder: str, *, chosen: str = "", many: bool = False
) -> Piece:
    """Make a list to choose from, in which people can search."""
    made = {
        "type": "multi_static_select" if many else "static_select",
        "placeholder": plain(placeholder, LONGEST_PLACEHOLDER),
        **options(choices),
    }
    if found := _initial(choices, chosen):
        made |= {"initial_options": [found]} if many else {"initial_option": found}
    return made


def radio(choices: Sequence[Choice], *, chosen: str = "") -> Piece:
    """Make a short list of which everything is seen."""
    made = {"type": "radio_buttons", **options(choices[:10])}
    found = _initial(choices[:10], chosen)
    return made | ({"initial_option": found} if found else {})


def words(
    initial: str = "", *, lines: bool = False, most: int = LONGEST_INPUT
) -> Piece:
    """Make a field for a text."""
    made: Piece = {
        "type": "plain_text_input",
        "multiline": lines,
        "max_length": min(most, LONGEST_INPUT),
    }
    if text := mrkdwn.cut(initial, min(most, LONGEST_INITIAL)):
        made["initial_value"] = text
    return made


def field(
    name: str, label: str, element: Piece, *, hint: str = "", optional: bool = False
) -> Piece:
    """Put an element into a form, under a label."""
    made = {
        "type": "input",
        "block_id": f"oncall:{name}",
        "label": plain(label, LONGEST_HINT),
        "element": {**element, "action_id": name},
        "optional": optional,
    }
    return made | ({"hint": plain(hint, LONGEST_HINT)} if hint else {})


def _group(choices: Sequence[Choice]) -> Piece:
    ends = [mrkdwn.cut(choices[end].label, 30) for end in (0, -1)]
    return {
        "label": plain(f"{ends[0]} - {ends[1]}", LONGEST_OPTION),
        "options": [option(choice) for choice in choices],
    }


def _initial(choices: Sequence[Choice], chosen: str) -> Piece | None:
    """Find what is chosen at first; Slack wants the very option of the list."""
    kept = list(choices)[:MOST_CHOICES]
    return next(
        (option(each) for each in kept if chosen and each.value == chosen), None
    )
