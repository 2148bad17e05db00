"""The same form from two tabs, and two forms for one room, in the same moment."""

from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from accounts import tenancy
from accounts.models import Account
from tests import factories
from tests.integrations.extensions.setting_up import PATH, SLACK, typed
from tests.integrations.slack import connected

pytestmark = pytest.mark.django_db(transaction=True)

TABS = 4


@pytest.fixture
def account(transactional_db) -> Account:
    with tenancy.all_accounts():
        made = factories.account("Acme")
        alice = factories.person(made, "Alice", "owner").membership
        factories.service(made, factories.policy(made, [alice]))
    return made


@pytest.fixture
def where(account, slack) -> str:
    """Where the form of a channel is."""
    channel = slack.channel("incidents")
    with tenancy.scope(account):
        connected.workspace(account, slack)
    return f"{SLACK}?channel={channel.id}"


def sent_at_once(account: Account, where: str, ids: list[str]) -> list[Any]:
    """Send a form with each id, all in the same moment; returns the answers."""
    with tenancy.scope(account):
        user = account.memberships.select_related("user").get().user
        service = account.services.get()
    together, answers = Barrier(len(ids)), []

    def send(browser: Client, once: str) -> None:
        try:
            together.wait(20)
            answers.append(browser.post(where, typed(service, once=once)))
        finally:
            connections["default"].close()

    threads = []
    for once in ids:
        browser = Client()
        browser.force_login(user)
        threads.append(Thread(target=send, args=(browser, once)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == len(ids)
    return answers


def test_a_form_that_is_sent_many_times_at_once_makes_one(account, where):
    answers = sent_at_once(account, where, ["P0123456789ABC"] * TABS)

    assert [answer.status_code for answer in answers] == [302] * TABS
    assert {answer["Location"] for answer in answers} == {f"{PATH}P0123456789ABC/"}
    with tenancy.scope(account):
        assert account.extensions.count() == 1
        made = account.audit_entries.filter(action="created extension")
        assert made.count() == 1


def test_forms_of_one_channel_share_its_room(account, where):
    ids = [f"P{number:013}" for number in range(TABS)]

    answers = sent_at_once(account, where, ids)

    assert [answer.status_code for answer in answers] == [302] * TABS
    with tenancy.scope(account):
        assert account.extensions.count() == TABS
        assert account.rooms.count() == 1
