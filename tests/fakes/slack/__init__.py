"""A Slack on this machine: its methods, its pages, and the people who use it.

with slack.serving() as fake:
    settings.SLACK_API_BASE = fake.base
    token = fake.install()
    room = fake.channel("incidents")
    ... our product posts ...
    fake.presses(client, room.tops[-1], "oncall:acknowledge", fake.person("alice"))
"""

from tests.fakes.slack.acting import Slack
from tests.fakes.slack.credentials import (
    APP_ID,
    APP_TOKEN,
    CLIENT_ID,
    CLIENT_SECRET,
    SIGNING_SECRET,
    SITE,
)
from tests.fakes.slack.faults import (
    Dies,
    Drips,
    Fault,
    HangsUp,
    Limited,
    Says,
    Silent,
    Status,
)
from tests.fakes.slack.place import Channel, Message, Person, Workspace
from tests.fakes.slack.server import serving

__all__ = [
    "APP_ID",
    "APP_TOKEN",
    "CLIENT_ID",
    "CLIENT_SECRET",
    "SIGNING_SECRET",
    "SITE",
    "Channel",
    "Dies",
    "Drips",
    "Fault",
    "HangsUp",
    "Limited",
    "Message",
    "Person",
    "Says",
    "Silent",
    "Slack",
    "Status",
    "Workspace",
    "serving",
]
