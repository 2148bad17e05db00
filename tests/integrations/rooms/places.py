"""Rooms as people connect them, and what is shown in them."""

from typing import Any

from hypothesis import strategies as st

from accounts.models import Account
from accounts.permissions import Actor
from incidents import actions
from incidents.models import Incident
from integrations.chat.cards import Card, IncidentCard
from integrations.extensions import rooms, schemas
from integrations.extensions.schemas import Answers
from integrations.models import ChatMessage, Extension, Room
from tests.conftest import World
from tests.factories import NOON

TEST = Card(key="7", account="Acme", source="Ops room")
# What tools and people write to see what happens.
EVIL = (
    "<script>alert(1)</script> @everyone @channel <!channel> <@123> *_~`|[x](http://e.example)"
    " # > \\ &amp; \u202e {{DATE}}"
)


def card(**changes: Any) -> IncidentCard:
    """An incident as rooms are shown it."""
    given: dict[str, Any] = {
        "key": "42",
        "account": "Acme",
        "source": "Ops room",
        "public_id": "QABCDEFGHIJKLM",
        "number": 1042,
        "title": "Checkout latency",
        "state": "triggered",
        "state_words": "Triggered",
        "urgency": "high",
        "priority": "P1",
        "service": "Checkout",
        "assignees": ("Alice", "Bob"),
        "opened_at": NOON,
        "resolved_at": None,
        "alert_count": 3,
        "details": "p99 is 4 s\nsince the deployment",
        "link": "https://oncall.example/incidents/1042/",
        "service_link": "https://oncall.example/services/P1/",
        "links": (("https://wiki.example/checkout", "Runbook"),),
        "images": (("https://img.example/1.png", "", "The graph"),),
        "warning": "",
        "verbs": ("acknowledge", "resolve", "escalate", "add_note"),
    }
    return IncidentCard(**given | changes)


def _texts(most: int) -> st.SearchStrategy[str]:
    # Half of them long, and made of what needs an escape.
    special = st.text("\\`*_[]<>#~|@&\"'\n{}()🙂é ", min_size=most // 2, max_size=most)
    return st.one_of(st.text(max_size=most), special)


def _addresses() -> st.SearchStrategy[str]:
    path = st.text("abc/()[]<>*_?&=é \"'|", max_size=1900)
    return path.map(lambda text: f"https://example.com/{text}")


def cards() -> st.SearchStrategy[IncidentCard]:
    """Any incident at all."""
    texts, addresses = _texts(300), _addresses()
    return st.builds(
        card,
        title=_texts(1024),
        state=st.sampled_from(["triggered", "acknowledged", "snoozed", "resolved"]),
        state_words=texts,
        priority=texts,
        service=texts,
        source=texts,
        assignees=st.lists(texts, max_size=30).map(tuple),
        details=_texts(500),
        warning=texts,
        links=st.lists(st.tuples(addresses, texts), max_size=5).map(tuple),
        images=st.lists(
            st.tuples(addresses, st.one_of(st.just(""), addresses), texts), max_size=3
        ).map(tuple),
    )


def connected(
    account: Account, kind: str, before: Room | None = None, **values: str
) -> Room:
    """Connect a room as the form does, and keep it."""
    schema = next(each for each in schemas.every() if each.key == kind)
    assert schema.connect is not None
    made = schema.connect(account, Answers(values=values, room=before))
    return rooms.keep(account, made, actor=Actor("web"), at=NOON)


def extension(room: Room, **fields: Any) -> Extension:
    """Have a room hear of all of its account's incidents."""
    made: Extension = room.account.extensions.create(
        schema=room.kind,
        name="Ops room",
        scope=Extension.Scope.ACCOUNT,
        room=room,
        created_at=NOON,
        **fields,
    )
    return made


def shown(room: Room, incident: Any, message_id: str) -> ChatMessage:
    """Have a room show an incident already."""
    made: ChatMessage = room.messages.create(
        account=room.account, incident=incident, message_id=message_id, created_at=NOON
    )
    return made


def incident(world: World, title: str = "Checkout is down") -> Incident:
    """An incident of the account's service, which pages its owner."""
    actor = Actor("web", next(iter(world.people.values())).membership)
    return actions.open_incident(world.service, actor=actor, at=NOON, title=title)
