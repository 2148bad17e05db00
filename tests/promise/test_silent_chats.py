"""A chat that keeps silent or fails holds no page up."""

from collections.abc import Callable, Iterator
from threading import Event, Thread

import pytest
from django.db import connections

from accounts import tenancy
from incidents import delivery, engine, intake, relay
from incidents.models import Integration
from integrations.chat import sending
from integrations.models import ChatMessage
from tests import chats, factories
from tests.factories import NOON
from tests.integrations.chat.town import Square, standing

PATIENCE = 30
pytestmark = pytest.mark.promise(26)


@pytest.fixture
def square() -> Iterator[Square]:
    """A town that nobody hurries."""
    with standing(seconds=PATIENCE) as town:
        yield town.square


@pytest.fixture
def integration(transactional_db, square) -> Integration:
    """An account that shows everything in the town, and its tool's key."""
    with tenancy.all_accounts():
        account = factories.account("Small")
        ann = factories.person(account, "Ann", "owner").membership
        service = factories.service(account, factories.policy(account, [ann]))
        room = chats.room(account, kind="town", channel_id="square")
        chats.extension(room)
        found = factories.integration(service)
    with tenancy.scope(account):
        relay.reconsider(account)
    return found


def trigger(integration: Integration, name: str) -> None:
    """Receive an event, and do what paging does at that moment."""
    body = {"summary": name, "source": "host", "severity": "critical"}
    intake.receive(integration.key, "trigger", name, body, at=NOON)
    intake.process(NOON)
    delivery.deliver_due(now=lambda: NOON)


def in_a_thread(job: Callable[[], object]) -> Thread:
    def work() -> None:
        try:
            job()
        finally:
            connections["default"].close()

    thread = Thread(target=work)
    thread.start()
    return thread


def tell() -> None:
    relay.hand_on_due(NOON)
    sending.send_due(lambda: NOON)


def test_pages_leave_while_a_chat_keeps_silent(integration, square, mailbox):
    asked, over = Event(), Event()

    def keep_silent(handler: object) -> None:
        asked.set()
        over.wait(PATIENCE)

    square.always = keep_silent
    trigger(integration, "First")
    telling = in_a_thread(tell)
    assert asked.wait(PATIENCE)

    trigger(integration, "Second")
    engine.tick(NOON)

    assert telling.is_alive()
    assert len(mailbox.mails) == 2
    over.set()
    telling.join(PATIENCE)


def test_pages_leave_and_answers_count_while_a_chat_fails(integration, square, mailbox):
    square.always = 500
    for name in ("First", "Second", "Third"):
        trigger(integration, name)
        tell()

    assert len(mailbox.mails) == 3
    with tenancy.all_accounts():
        waiting = ChatMessage.across_accounts.exclude(due_at=None)
        assert waiting.count() == 3
    assert not square.shown
