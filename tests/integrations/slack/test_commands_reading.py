"""Commands of Slack that only say something."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.permissions import Actor
from incidents import actions
from tests import chats, factories
from tests.factories import NOON
from tests.fakes.slack.blocks import faults_of
from tests.integrations.slack.commanding import CHANNEL, typist

BY_WEB = "web"


def opened(world, title="Disk full", service=None, **given):
    actor = Actor(BY_WEB, next(iter(world.people.values())).membership)
    service = service or world.service
    return actions.open_incident(service, actor=actor, at=NOON, title=title, **given)


def test_who_names_each_level(acme):
    said = typist(acme).types("who")

    assert "Default" in said.text
    assert "Level 1: Alice" in said.text
    assert "Level 2: Bob" in said.text
    assert not said.in_channel
    assert not faults_of(said.blocks)


def test_who_says_until_when_and_by_which_schedule(acme):
    primary = factories.schedule(
        acme.account, acme.alice.membership, acme.bob.membership
    )
    factories.policy(acme.account, [primary], name="Nights")

    said = typist(acme).types("who nights")

    assert "(Primary) until 2027-03-15 00:00 UTC" in said.text
    assert "Default" not in said.text


def test_who_finds_a_schedule_by_a_part_of_its_name(acme):
    factories.schedule(acme.account, acme.bob.membership, name="Database, weekends")

    said = typist(acme).types("who weekends")

    assert said.text.startswith("Database, weekends\nBob")


def test_who_finds_a_service(acme):
    assert "Level 1: Alice" in typist(acme).types("who checkout").text


def test_who_says_when_nothing_is_called_like_that(acme):
    assert "Nothing is called like “Moon”" in typist(acme).types("who Moon").text


def test_who_in_a_channel_is_about_the_services_shown_there(acme):
    nights = factories.policy(acme.account, [acme.bob.membership], name="Nights")
    factories.service(acme.account, nights, name="Batch")
    writer = typist(acme)
    room = chats.room(acme.account, workspace=writer.workspace)
    chats.extension(room, acme.service)

    said = writer.types("who")

    assert "Default" in said.text
    assert "Nights" not in said.text


def test_who_in_an_incidents_channel_is_about_its_service(acme):
    nights = factories.policy(acme.account, [acme.bob.membership], name="Nights")
    incident = opened(acme, "Late", factories.service(acme.account, nights, "Batch"))
    writer = typist(acme, channel="C0OWN")
    chats.room(
        acme.account, workspace=writer.workspace, channel_id="C0OWN", incident=incident
    )

    said = writer.types("who")

    assert "Nights" in said.text
    assert "Default" not in said.text


def test_who_takes_as_many_queries_for_more_policies(
    acme, django_assert_max_num_queries
):
    writer = typist(acme)
    for number in range(12):
        schedule = factories.schedule(
            acme.account, acme.alice.membership, name=f"S{number}"
        )
        made = factories.policy(acme.account, [schedule], name=f"P{number}")
        factories.service(acme.account, made, name=f"Service {number}")

    with django_assert_max_num_queries(16):
        writer.types("who")


def test_a_stranger_is_asked_who_they_are(acme):
    writer = typist(acme, None)

    for words in ("who", "me", "list", "page Checkout down", "ack 1", "override x"):
        said = writer.types(words)
        assert said.is_stranger
        assert "Alice" not in said.text


def test_a_stranger_may_ask_for_help(acme):
    said = typist(acme, None).types("help")

    assert "/oncall who" in said.text
    assert not said.is_stranger


def test_anybody_sees_no_more_than_the_extension_shows(acme):
    nights = factories.policy(acme.account, [acme.bob.membership], name="Nights")
    hidden = factories.service(acme.account, nights, name="Batch")
    opened(acme, "Batch stands still", hidden)
    shown = opened(acme, "Checkout is slow")
    anybody = Actor("slack", None, name="Eve (To #incidents)")
    writer = typist(acme, None, actor=anybody)
    room = chats.room(acme.account, workspace=writer.workspace)
    chats.extension(room, acme.service, anybody_may_act=True)

    assert "Batch" not in writer.types("list").text
    assert "Checkout is slow" in writer.types("list").text
    assert "Nothing is called" in writer.types("who Batch").text
    assert "Nothing is called" in writer.types("who Nights").text
    assert "no incident #1" in writer.types("ack 1").text
    assert shown.number == 2
    assert writer.types("me").is_stranger


def test_anybody_sees_nothing_where_no_extension_allows_it(acme):
    anybody = Actor("slack", None, name="Eve")
    writer = typist(acme, None, actor=anybody)
    room = chats.room(acme.account, workspace=writer.workspace)
    chats.extension(room, acme.service)
    opened(acme)

    assert "no incident #1" in writer.types("resolve 1").text
    assert writer.types("list").text == "Nothing is open."


def test_me_lists_incidents_shifts_and_readiness(acme):
    opened(acme, "Disk full")
    factories.schedule(acme.account, acme.alice.membership)

    said = typist(acme).types("me")

    assert "#1 Disk full" in said.text
    assert "Primary: now" in said.text
    assert "E-mail only, no phone or push" in said.text
    assert not faults_of(said.blocks)


def test_me_of_somebody_with_nothing_to_do(acme):
    said = typist(acme, "bob").types("me")

    assert "No open incident is yours." in said.text
    assert "not on call by a schedule" in said.text


def test_list_shows_what_is_open_with_its_state(acme):
    incident = opened(acme, "Disk full")
    actor = Actor(BY_WEB, acme.bob.membership)
    actions.acknowledge(incident, actor=actor, at=NOON + timedelta(minutes=1))
    closed = opened(acme, "Old")
    actions.resolve(closed, actor=actor, at=NOON)

    said = typist(acme).types("list")

    assert "#1 Disk full" in said.text
    assert "Acknowledged by Bob" in said.text
    assert "Old" not in said.text


def test_list_takes_as_many_queries_for_more_incidents(
    acme, django_assert_max_num_queries
):
    writer = typist(acme)
    for number in range(20):
        opened(acme, f"Broken {number}")

    with django_assert_max_num_queries(8):
        said = writer.types("list")

    assert "There is more" in said.text or "There are more" in said.text
    assert not faults_of(said.blocks)


def test_another_accounts_incidents_are_not_there(acme, globex):
    opened(globex, "Secret plans")

    writer = typist(acme)

    assert "Secret" not in writer.types("list").text
    assert "no incident #1" in writer.types("ack 1").text


@pytest.mark.parametrize("typed", ["", "help", "HELP", "?"])
def test_help_lists_every_command(acme, typed):
    said = typist(acme).types(typed)

    for name in ("who", "me", "page", "ack", "resolve", "override", "list", "note"):
        assert f"/oncall {name}" in said.text
    assert not faults_of(said.blocks)


def test_help_of_one_command(acme):
    said = typist(acme).types("help override")

    assert "until 20:00" in said.text
    assert "/oncall page" not in said.text


def test_an_unknown_command_suggests_the_nearest(acme):
    assert "Did you mean /oncall resolve?" in typist(acme).types("reslove 12").text


def test_a_command_that_is_like_no_other_is_sent_to_help(acme):
    said = typist(acme).types("<script>alert(1)</script>")

    assert "Try /oncall help." in said.text
    assert "<script>" not in said.text


def test_names_of_services_mean_nothing_to_slack(acme):
    acme.service.name = "<!channel> *bold* & co"
    acme.service.save()
    opened(acme, "<@U123> look | here")

    said = typist(acme).types("list")

    assert "<!channel>" not in said.text
    assert "&lt;!channel&gt; *bold* &amp; co" in said.text
    assert "<@U123>" not in said.text
    assert said.blocks
    elements = said.blocks[0]["elements"][0]["elements"]
    assert {each["type"] for each in elements} <= {"text", "link"}
    assert any(each["text"] == "#1 <@U123> look | here" for each in elements)


PIECES = st.sampled_from(
    [
        *("who", "me", "list", "help", "ack", "resolve", "note", "snooze", "page"),
        *("override", "escalate", "#1", "1", "Checkout", "Default", "Primary", "me"),
        *("for", "until", "from", "2h", "18:00", '"', "“", "<", ">", "<@U0BOB|bob>"),
        *("<@U1>", "<!channel>", "\x00", "%s", "{}", "🔥", "9" * 19, "\n", "''"),
    ]
)


@given(pieces=st.lists(PIECES | st.text(max_size=20), max_size=8))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_is_answered_in_words(acme, pieces):
    writer = typist(acme)
    if not acme.account.schedules.exists():
        factories.schedule(acme.account, acme.alice.membership)
        opened(acme)

    said = writer.types(" ".join(pieces))

    assert said.text
    assert len(said.text) < 20_000
    assert "<!" not in said.text
    assert not faults_of(said.blocks)


def test_the_channel_is_the_one_of_the_workspace(acme, globex):
    writer = typist(acme)
    other = chats.workspace(globex.account)
    room = chats.room(globex.account, workspace=other, channel_id=CHANNEL)
    chats.extension(room, globex.service)

    assert "Level 1: Alice" in writer.types("who").text
