"""Whoever opens the link of their profile in Telegram is known to the bot."""

from datetime import timedelta

import pytest

from integrations.chat import inbox
from integrations.telegram import linking
from tests.factories import NOON
from tests.fakes.telegram import BOT_ID, TOKEN, somebody
from tests.integrations.rooms.places import connected

pytestmark = pytest.mark.django_db

GROUP = "-1001234567890"
CAROL, EVE = somebody(44, "Carol"), somebody(33, "Eve")


@pytest.fixture
def room(acme, telegram):
    telegram.add_group(GROUP, "Ops")
    return connected(acme.account, "telegram", token=TOKEN, group=GROUP)


@pytest.fixture
def start(client, telegram):
    """Open a link in Telegram at a time; what the bot answers."""

    def send(user, code, at=NOON):
        update = telegram.write("private", user, f"/start {code}".strip())
        client.post(telegram.door, update, "application/json", headers=telegram.head)
        inbox.answer_due(now=lambda: at)
        return telegram.sent(str(user["id"]))[-1]["text"]

    return send


def code_of(person, at=NOON):
    (link,) = linking.links(person.membership, at=at)
    assert link.bot == "@acme_oncall_bot"
    head, _mark, code = link.address.partition("?start=")
    assert head == "https://t.me/acme_oncall_bot"
    assert 0 < len(code) <= 64
    return code


def test_the_link_of_a_profile_says_who_one_is(acme, room, start):
    assert start(CAROL, code_of(acme.alice)) == "You are Alice in Acme."

    user = acme.account.chat_users.get(user_id="44")
    assert user.place == f"telegram {BOT_ID}"
    assert (user.membership, user.linked_by) == (acme.alice.membership, "sign-in")


def test_a_link_works_once(acme, room, start):
    code = code_of(acme.alice)
    start(CAROL, code)

    assert "used up" in start(EVE, code)
    assert not acme.account.chat_users.filter(user_id="33").exists()


def test_a_link_works_for_an_hour(acme, room, start):
    code = code_of(acme.alice)

    assert "too old" in start(CAROL, code, at=NOON + timedelta(minutes=61))


def test_a_forged_link_says_nothing(acme, globex, room, start):
    code = code_of(acme.alice)
    for forged in ("x", code[:-2] + "AA", "A" * 48, code + "AAAA", "é"):
        assert "used up" in start(EVE, forged)


def test_a_member_who_left_is_not_linked(acme, room, start):
    code = code_of(acme.bob)
    acme.bob.membership.deactivated_at = NOON
    acme.bob.membership.save()

    assert "used up" in start(CAROL, code)


def test_who_is_somebody_else_already_stays_that(acme, room, start):
    start(CAROL, code_of(acme.alice))

    assert "is linked to Alice already" in start(CAROL, code_of(acme.bob))


def test_an_account_without_a_bot_has_no_link(globex):
    assert linking.links(globex.mallory.membership, at=NOON) == []
