"""A group of Telegram is chosen by its name or number, and the bot listens to us."""

import pytest

from integrations.models import Room
from integrations.webhooks.refusals import Refused
from tests.fakes.telegram import TOKEN, somebody
from tests.integrations.rooms.places import connected

pytestmark = pytest.mark.django_db

GROUP, OTHER = "-1001234567890", "-1005550000"
ALICE = somebody(11, "Alice")


@pytest.fixture
def groups(telegram):
    telegram.add_group(GROUP, "Ops")
    telegram.add_group(OTHER, "Board")


def connect(world, group, before=None, token=TOKEN):
    return connected(world.account, "telegram", before, token=token, group=group)


def test_a_group_is_found_by_its_number(acme, telegram, groups):
    room = connect(acme, GROUP)

    assert (room.channel_id, room.name) == (GROUP, "Ops")
    assert telegram.hook["url"].startswith("https://oncall.example/telegram/")
    assert TOKEN not in str(telegram.hook)
    assert TOKEN not in room.sealed_secret


def test_a_group_that_was_shown_before_is_found_by_its_name(acme, telegram, groups):
    telegram.waiting = [telegram.write(GROUP, ALICE, "/connect@acme_oncall_bot")]

    assert connect(acme, "Ops").channel_id == GROUP


def test_a_group_that_is_shown_afterwards_is_found_by_its_name(
    acme, telegram, groups, client
):
    connect(acme, GROUP)
    update = telegram.write(OTHER, ALICE, "/connect")

    said = client.post(
        telegram.door, update, content_type="application/json", headers=telegram.head
    ).json()

    assert said["method"] == "sendMessage"
    assert OTHER in said["text"]
    assert connect(acme, "Board").channel_id == OTHER


def test_a_group_is_never_chosen_by_itself(acme, telegram, groups):
    """Anybody may bring a bot into a group of theirs, and show it to us."""
    telegram.waiting = [telegram.write(GROUP, ALICE, "/connect")]

    with pytest.raises(Refused, match="Ops") as refusal:
        connect(acme, "")

    assert refusal.value.field == "group"
    assert GROUP in str(refusal.value)


def test_two_groups_of_a_name_are_told_apart_by_number(acme, telegram, groups):
    telegram.add_group("-77", "Ops")
    telegram.waiting = [
        telegram.write(GROUP, ALICE, "/connect"),
        telegram.write("-77", ALICE, "/connect"),
    ]

    with pytest.raises(Refused, match="number"):
        connect(acme, "Ops")


def test_who_has_shown_nothing_is_told_how(acme, telegram, groups):
    with pytest.raises(Refused, match="@acme_oncall_bot to yours, write /connect"):
        connect(acme, "")


def test_a_group_without_the_bot_is_refused(acme, telegram):
    telegram.add_group(GROUP, "Ops", joined=False)

    with pytest.raises(Refused, match="Add the bot"):
        connect(acme, GROUP)


@pytest.mark.parametrize("token", ["", "12:x", "7012345678:../../x", "9" * 300])
def test_what_is_no_token_is_refused(token, acme, telegram):
    with pytest.raises(Refused, match="token") as refusal:
        connect(acme, GROUP, token=token)

    assert refusal.value.field == "token"
    assert telegram.calls == []


def test_an_installation_without_https_is_told_so(acme, telegram, groups, settings):
    settings.SITE_URL = "http://localhost:8000"

    with pytest.raises(Refused, match="https"):
        connect(acme, GROUP)


def test_a_group_that_became_larger_is_found_where_it_is(acme, telegram, groups):
    telegram.move(GROUP, "-1009999")

    assert connect(acme, GROUP).channel_id == "-1009999"


def test_a_new_token_is_the_other_groups_too(acme, telegram, groups):
    first = connect(acme, GROUP)
    newer = TOKEN.replace("s3cret", "n3wer1")
    telegram.tokens = {newer}

    connect(acme, OTHER, token=newer)

    assert newer in Room.across_accounts.get(pk=first.pk).secret


def test_a_bot_of_another_account_is_refused(acme, globex, telegram, groups):
    room = connect(acme, GROUP)
    hook = telegram.hook

    with pytest.raises(Refused, match="Another account") as refusal:
        connect(globex, GROUP)

    assert refusal.value.field == "token"
    assert telegram.hook == hook
    room.delete()
    assert connect(globex, GROUP).account == globex.account


def test_the_token_stays_where_none_is_typed(acme, telegram, groups):
    room = connect(acme, GROUP)

    assert connect(acme, "", room, token="").pk == room.pk
