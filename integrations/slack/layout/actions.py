"""The names of what people can press on our messages, and of our forms.

What draws them and what does them agree on these; Slack sends them back as they are.
"""

from typing import Final

PREFIX: Final = "oncall:"

# The verbs of cards, with a button each; the button's value is the incident's public
# id.
ACKNOWLEDGE: Final = "oncall:acknowledge"
RESOLVE: Final = "oncall:resolve"
ESCALATE: Final = "oncall:escalate"
ADD_NOTE: Final = "oncall:add_note"
REASSIGN: Final = "oncall:reassign"
SNOOZE: Final = "oncall:snooze"
# The menu for the rest; its options' values are made by `choice`.
MORE: Final = "oncall:more"
# A button that only leads somewhere: Slack tells us all the same, and nothing is done.
OPEN: Final = "oncall:open"

# What may be chosen in the menu.
MORE_OPEN: Final = "open"
MORE_PRIORITY: Final = "change_priority"
MORE_STATUS_UPDATE: Final = "status_update"
MORE_CHANNEL: Final = "create_channel"
MORE_WHO: Final = "who"
MORE_REOPEN: Final = "reopen"

# The forms, by their callback ids; and the shortcut that opens the last of them.
FORM_NOTE: Final = "oncall:note"
FORM_REASSIGN: Final = "oncall:reassign"
FORM_SNOOZE: Final = "oncall:snooze"
FORM_STATUS_UPDATE: Final = "oncall:status_update"
FORM_PRIORITY: Final = "oncall:priority"
FORM_CREATE: Final = "oncall:create_incident"
SHORTCUT_CREATE: Final = "oncall:create_incident"


def choice(what: str, public_id: str) -> str:
    """Make the value of an option in the menu of an incident."""
    return f"{what}:{public_id}"


def chosen(value: str) -> tuple[str, str]:
    """Read such a value; this will return what was chosen and the incident's id."""
    what, _colon, public_id = value.partition(":")
    return what, public_id
