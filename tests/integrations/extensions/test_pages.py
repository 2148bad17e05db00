"""The pages of extensions that there are: how each fares, and what is done there."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from integrations.models import ChatMessage
from tests import chats, factories
from tests.incidents.pages import says
from tests.integrations.extensions.setting_up import (
    PATH,
    UPDATES,
    bus,
    fresh,
    made,
    page_of,
    signed_in,
    typed,
)

LONG = "<script>alert(1)</script> *bold* <!channel> \N{FIRE}"


@pytest.fixture
def extension(acme):
    return made(acme)


def test_the_list_says_how_each_fares(acme, alice):
    now = timezone.now()
    states: dict[str, dict[str, Any]] = {
        "Working": {"last_success_at": now},
        "Does not answer": {"failures": 2, "last_error_at": now, "last_error": "500."},
        "Needs somebody": {
            "broken_at": now,
            "last_error_at": now,
            "last_error": "The channel is archived.",
        },
        "Nothing sent yet": {},
    }
    for number, values in enumerate(states.values()):
        room = chats.room(acme.account, channel_id=f"C{number:09}", **values)
        made(acme, room=room, name=f"Number {number}")
    bus(acme)

    page = says(alice.get(PATH))

    # The newest comes first.
    webhook, *lines = page.split("<tr data-row>")[1:]
    assert "Our bus" in webhook
    assert "bus.example" in webhook
    for number, (words, line) in enumerate(zip(states, lines[::-1], strict=True)):
        assert f"Number {number}" in line
        assert words in line
    assert "The channel is archived." in page
    assert "Our bus" not in says(alice.get(f"{PATH}?kind=slack"))
    assert "no extension of this kind" in says(alice.get(f"{PATH}?kind=discord"))


def test_an_empty_list_leads_on(acme, alice):
    assert "No extensions yet" in says(alice.get(PATH))


def test_a_page_says_what_it_hears_and_how_it_goes(acme, alice, extension):
    page = says(alice.get(page_of(extension)))

    for words in (
        "Checkout",
        "Resolves",
        "Only people who are linked",
        "None sent yet",
    ):
        assert words in page
    assert "0 messages" in page
    assert "What is left to do" in page


@pytest.mark.parametrize("verb", ["pause", "resume"])
def test_a_press_that_comes_twice_does_no_harm(acme, alice, extension, verb):
    alice.post(page_of(extension, "pause/"))

    for _ in range(2):
        assert alice.post(page_of(extension, f"{verb}/")).status_code == 302

    assert fresh(extension).is_paused == (verb == "pause")
    page = says(alice.get(page_of(extension)))
    assert ("This extension is paused" in page) == (verb == "pause")
    assert alice.get(page_of(extension, "pause/")).status_code == 405


def test_a_broken_room_says_what_to_do(acme, alice, extension):
    acme.account.rooms.update(
        broken_at=timezone.now(), last_error="The channel is archived in Slack."
    )

    page = says(alice.get(page_of(extension)))

    assert "Nothing arrives there until somebody does something" in page
    assert "The channel is archived in Slack." in page
    assert f"{PATH}reconnect/{extension.public_id}/" in page


def test_a_test_message_is_watched(acme, alice, extension):
    alice.post(page_of(extension, "test/"))
    alice.post(page_of(extension, "test/"))

    message = ChatMessage.across_accounts.get(room=extension.room)
    assert "On its way" in says(alice.get(page_of(extension)))
    ChatMessage.across_accounts.update(attempts=1, last_error="It answered 503.")
    page = says(alice.get(page_of(extension)))
    assert "Trying again" in page
    assert "It answered 503." in page
    # Who presses again then does not want to wait.
    alice.post(page_of(extension, "test/"))
    again = ChatMessage.across_accounts.exclude(pk=message.pk).get()
    ChatMessage.across_accounts.filter(pk=again.pk).update(
        due_at=None, posted_at=timezone.now()
    )
    assert "Sent" in says(alice.get(page_of(extension)))
    ChatMessage.across_accounts.filter(pk=again.pk).update(
        posted_at=None, last_error="The channel is archived."
    )
    page = says(alice.get(page_of(extension)))
    assert "Not sent" in page
    assert "The channel is archived." in page


def test_a_webhook_leads_to_its_own_pages_and_its_pings(acme, alice):
    extension = bus(acme)

    page = says(alice.get(page_of(extension)))
    answer = alice.post(page_of(extension, "test/"), follow=True)

    subscription = extension.subscriptions.get()
    assert f"/settings/webhooks/{subscription.public_id}/" in page
    assert "Send a test message" not in page
    assert "send its webhook a ping" in says(answer)
    assert alice.get(f"{PATH}reconnect/{extension.public_id}/").status_code == 404
    assert alice.get(page_of(extension, "people/")).status_code == 404


def test_it_is_edited(acme, alice, extension):
    team = acme.account.teams.create(name="Payments")
    page = says(alice.get(page_of(extension, "edit/")))
    assert 'value="Ops"' in page

    alice.post(
        page_of(extension, "edit/"),
        typed(
            acme.service,
            name="Renamed",
            scope="team",
            team=team.public_id,
            urgency="high",
            updates=["resolved"],
            anybody_may_act="1",
            has_thread="",
            takes_notes="on",
        ),
    )

    found = fresh(extension)
    assert (found.name, found.scope, found.team) == ("Renamed", "team", team)
    assert (found.urgency, found.updates) == ("high", ["resolved"])
    assert found.anybody_may_act
    assert not found.has_thread
    # Where there is no thread nobody writes into it.
    assert not found.takes_notes
    assert found.room == extension.room
    page = says(alice.get(page_of(extension)))
    assert "Every service of Payments" in page
    assert "Anybody in the channel" in page


def test_what_was_typed_survives_an_error(acme, alice, extension):
    answer = alice.post(
        page_of(extension, "edit/"), typed(acme.service, name=LONG, services=[])
    )

    assert answer.status_code == 422
    assert "Choose at least one service." in says(answer)
    assert "&lt;script&gt;alert(1)" in says(answer)
    assert "<script>alert" not in says(answer)
    assert fresh(extension).name == "Ops"


def test_a_webhook_is_edited_too(acme, alice):
    extension = bus(acme)
    form = {
        "name": "New bus",
        "endpoint_url": "https://new.example/hook",
        "scope": "account",
        "updates": UPDATES,
    }
    bad = alice.post(
        page_of(extension, "edit/"), {**form, "endpoint_url": "http://new.example/"}
    )
    assert "must begin with https://" in says(bad)

    alice.post(page_of(extension, "edit/"), form)

    row = extension.subscriptions.get()
    assert (row.url, row.filter_type) == ("https://new.example/hook", "account")


def test_removing_says_what_follows_first(acme, alice, extension):
    page = says(alice.get(page_of(extension, "delete/")))
    assert "Paging goes on as before" in page
    assert "#incidents" in page
    assert acme.account.extensions.exists()

    alice.post(page_of(extension, "delete/"))

    assert not acme.account.extensions.exists()
    assert not acme.account.rooms.exists()
    # A tab that was open meanwhile.
    assert alice.post(page_of(extension, "delete/")).status_code == 404
    assert alice.get(page_of(extension)).status_code == 404


def test_extensions_of_others_are_not_found(acme, globex, extension):
    mallory = signed_in(globex.mallory)

    for rest in ("", "edit/", "delete/", "people/"):
        assert mallory.get(page_of(extension, rest)).status_code == 404
    for rest in (
        *("edit/", "delete/", "test/", "pause/", "resume/"),
        *("people/match/", "people/link/", "people/unlink/"),
    ):
        assert mallory.post(page_of(extension, rest)).status_code == 404
    reconnect = f"{PATH}reconnect/{extension.public_id}/"
    assert mallory.get(reconnect).status_code == 404
    assert mallory.post(reconnect, {"channel": "C012345678"}).status_code == 404
    assert "Ops" not in says(mallory.get(PATH))


def test_a_team_manager_sees_their_own(acme):
    team = acme.account.teams.create(name="Payments")
    acme.account.team_memberships.create(
        team=team, membership=acme.bob.membership, part="manager"
    )
    card = factories.service(acme.account, acme.policy, "Cards", team=team)
    mine = made(acme, services=(card,), name="Cards room")
    theirs = made(acme, room=mine.room, name="Everything", scope="account", services=())
    bob = signed_in(acme.bob)

    page = says(bob.get(PATH))
    assert "Cards room" in page
    assert "Everything" not in page
    assert bob.get(page_of(theirs)).status_code == 404
    # What else shows incidents there is not theirs to know.
    assert "Everything" not in says(bob.get(page_of(mine)))
    form = says(bob.get(page_of(mine, "edit/")))
    assert "The whole account" not in form
    assert "Checkout" not in form
    bob.post(page_of(mine, "pause/"))
    assert fresh(mine).is_paused


def test_a_service_shows_what_hears_of_it(acme, alice, extension):
    other = factories.service(acme.account, acme.policy, "Search")
    room = chats.room(acme.account, channel_id="C0SEARCH00", name="#search")
    made(acme, services=(other,), room=room, name="Search room")
    wide = made(acme, services=(), scope="account", room=room, name="Wide room")
    address = f"/services/{acme.service.public_id}/"

    page = says(alice.get(address))

    assert page_of(extension) in page
    assert page_of(wide) in page
    assert "Search room" not in page
    assert f"{PATH}new/?service={acme.service.public_id}" in page
    assert "Create test incident" in page
    # A responder may not change them, and sees no dead buttons.
    assert "Add extension" not in says(signed_in(acme.bob).get(address))


def test_long_and_strange_names_are_shown_as_they_are(acme, alice):
    room = chats.room(acme.account, name=f"#{LONG}", last_error=LONG * 3)
    extension = made(acme, room=room, name=LONG)
    since = timezone.now() - timedelta(hours=1)
    acme.account.rooms.update(broken_at=since, last_error_at=since)

    for address in (PATH, page_of(extension), page_of(extension, "delete/")):
        page = says(alice.get(address))
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
    assert alice.get(f"{PATH}?kind={quote(LONG)}").status_code == 200
