"""Messages in Slack leave by a lane of their own: whoever waits for it, nobody else."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from accounts import channels, tenancy
from accounts.models import ContactMethod
from incidents import delivery, engine
from incidents.models import Notification
from tests import factories
from tests.fakes import slack
from tests.fakes.slack import Slack
from tests.incidents.channel import Pigeon, registered
from tests.integrations.slack.paging import connected, paged, serving

pytestmark = pytest.mark.django_db(transaction=True)
# More than the senders of one kind.
MANY = delivery.SENDERS + 8
PATIENCE = 30


@pytest.fixture
def fake(settings: Any) -> Iterator[Slack]:
    with serving(settings) as running:
        yield running


@pytest.fixture
def alice() -> factories.Person:
    with tenancy.all_accounts():
        return factories.person(factories.account("Acme"), "Alice", "owner")


@pytest.fixture
def method(fake: Slack, alice: factories.Person) -> ContactMethod:
    with tenancy.all_accounts():
        return paged(fake, connected(fake, alice.membership.account), alice)


def post(method: ContactMethod, count: int = 1) -> None:
    with tenancy.scope(method.account):
        for _number in range(count):
            channels.post(
                method.account, purpose="test", at=engine.now(), contact_method=method
            )


def deliver() -> None:
    """Deliver as a worker's thread does."""
    delivery.deliver_due()
    connection.close()


def states(kind: str) -> set[str]:
    with tenancy.all_accounts():
        rows = Notification.across_accounts.filter(kind=kind)
        return set(rows.values_list("status", flat=True))


def test_a_message_goes_the_whole_way(fake, alice, method):
    post(method)

    assert delivery.deliver_due() == 1

    (there,) = fake.direct(fake.person("alice")).tops
    assert "Test message" in there.text
    assert states("slack") == {"sent"}


def test_a_workspace_that_is_gone_switches_the_method_off(fake, alice, method):
    with tenancy.all_accounts():
        method.account.slack_workspaces.update(removed_at=engine.now())
    post(method)

    delivery.deliver_due()

    with tenancy.all_accounts():
        method.refresh_from_db()
        assert not method.may_be_paged
        # The person is told by what is left.
        told = method.account.notifications.get(purpose="notice")
        assert told.contact_method == alice.email


def test_a_slack_that_hangs_keeps_nobody_else_waiting(fake, alice, method, settings):
    settings.PROVIDER_TIMEOUT = PATIENCE
    fake.always[""] = slack.Silent()
    arrived = threading.Semaphore(0)
    with registered(Pigeon(before=arrived.release)) as pigeon:
        with tenancy.all_accounts():
            other = factories.contact(alice.membership, "pigeon", "coo")
        post(method, MANY)
        sending = threading.Thread(target=deliver)
        sending.start()
        # Every sender of Slack's has one by now, and the first are asking.
        post(other, MANY)
        delivery.deliver_due()

        for _number in range(MANY):
            assert arrived.acquire(timeout=PATIENCE / 3)
        hanging = states("slack")

        fake.over.set()
        fake.always.clear()
        sending.join(timeout=PATIENCE)
        assert hanging == {"planned"}
        assert len(pigeon.taken) == MANY
    assert not sending.is_alive()
