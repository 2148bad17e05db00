"""What the channel of an incident is called, and what its topic says."""

import re
import unicodedata
from typing import Final

from incidents import wording
from incidents.models import Incident
from integrations.messages import one_line, shortened
from integrations.slack.layout import mrkdwn

LONGEST_NAME: Final = 80
LONGEST_TOPIC: Final = 250
# The name has room for a number behind it.
LONGEST_TITLE: Final = 60
_OTHERS: Final = re.compile(r"[^a-z0-9]+")


def name(incident: Incident) -> str:
    """Name a channel by the incident's number and title, as Slack allows."""
    return cleaned(f"inc-{incident.number}-{incident.title}")


def cleaned(text: str) -> str:
    """Spell a name with what Slack takes: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return _OTHERS.sub("-", letters).strip("-")[:LONGEST_TITLE].rstrip("-")


def numbered(name: str, tries: int) -> str:
    """Return the name to try next, where others have those before it."""
    return f"{name}-{tries + 1}" if tries else name


def topic(incident: Incident, link: str) -> str:
    """Say what the incident is, how it is and where its page is."""
    state = str(incident.get_status_display())
    if incident.snoozed_until:
        state = wording.state(incident)[1] or state
    end = f" · {state} · {link}"
    room = LONGEST_TOPIC - len(end)
    title = f"#{incident.number} {one_line(incident.title)}"
    for length in range(room, 0, -5):
        found = mrkdwn.escape(shortened(title, length))
        if len(found) <= room:
            return f"{found}{end}"
    return link[:LONGEST_TOPIC]
