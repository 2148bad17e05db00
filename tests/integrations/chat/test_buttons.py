"""Messages have buttons where somebody wants them, and only inform elsewhere."""

from accounts.permissions import Actor
from incidents import actions
from integrations.chat import cards
from integrations.chat.cards import Card, IncidentCard
from tests import chats
from tests.factories import NOON


def card(world, room) -> Card:
    actor = Actor("web")
    incident = actions.open_incident(world.service, actor=actor, at=NOON, title="Down")
    message = room.messages.create(
        account=world.account, incident=incident, created_at=NOON
    )
    return cards.of(message, source="OnCall")


def verbs(world, room) -> tuple[str, ...]:
    found = card(world, room)
    assert isinstance(found, IncidentCard)
    return found.verbs


def test_an_extension_of_people_who_only_listen_has_none(acme):
    room = chats.room(acme.account)
    chats.extension(room, has_buttons=False)

    assert verbs(acme, room) == ()


def test_a_room_has_them_as_soon_as_one_extension_has(acme):
    room = chats.room(acme.account)
    chats.extension(room, has_buttons=False)
    chats.extension(room, name="For responders")

    assert "acknowledge" in verbs(acme, room)


def test_a_room_of_no_extension_has_them(acme):
    assert "acknowledge" in verbs(acme, chats.room(acme.account))
