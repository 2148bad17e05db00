"""From an incident to its message in Slack, a press there, and back to the message."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from accounts import tenancy
from incidents import actions, notes, relay
from integrations.chat import sending
from tests import factories
from tests.integrations.slack.acting import EVENT, place

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def acme(transactional_db):
    with tenancy.all_accounts():
        account = factories.account("Acme")
        alice = factories.person(account, "Alice", "owner")
        bob = factories.person(account, "Bob")
        policy = factories.policy(account, [alice.membership], [bob.membership])
        service = factories.service(account, policy)
    return SimpleNamespace(account=account, alice=alice, bob=bob, service=service)


@pytest.fixture
def ops(slack, acme, client):
    made = place(slack, acme, client, takes_notes=True)
    with tenancy.scope(acme.account):
        relay.reconsider(acme.account)
    acme.service.account.refresh_from_db()
    return made


def tell(later=timedelta()):
    """Hand on what has happened, and send what is due, now or later."""
    relay.hand_on_due(timezone.now())
    sending.send_due(lambda: timezone.now() + later)


def test_a_press_changes_the_message_and_the_thread_tells_of_it(ops, acme):
    with tenancy.all_accounts():
        bob = ops.links(acme.bob)
        actions.open_incident(
            acme.service, actor=EVENT, at=timezone.now(), title="Disk full"
        )
    tell()
    (message,) = ops.channel.tops
    assert "Acknowledge" in message.buttons

    ops.presses(message, "acknowledge", bob)
    # Slack wants a pause between two calls for a channel.
    for seconds in (5, 10):
        tell(later=timedelta(seconds=seconds))

    assert "Acknowledge" not in message.buttons
    assert "Bob" in message.words
    assert any("Bob acknowledged" in reply.words for reply in message.replies)


def test_a_note_from_the_thread_is_not_told_there_again(ops, acme):
    with tenancy.all_accounts():
        bob = ops.links(acme.bob)
        incident = actions.open_incident(
            acme.service, actor=EVENT, at=timezone.now(), title="Disk full"
        )
    tell()
    (message,) = ops.channel.tops

    ops.slack.says(ops.client, message, "Looking at it", bob)
    ops.works()
    for seconds in (5, 10):
        tell(later=timedelta(seconds=seconds))

    with tenancy.scope(acme.account):
        assert [note.text for note in notes.of(incident)] == ["Looking at it"]
    said = [reply.text for reply in message.replies if "Looking" in reply.words]
    assert said == ["Looking at it"]
