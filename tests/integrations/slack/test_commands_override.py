"""`/oncall override`: somebody takes a part of a schedule."""

from datetime import timedelta

import pytest

from accounts.permissions import Actor
from tests import chats, factories
from tests.factories import NOON
from tests.fakes.slack.blocks import faults_of
from tests.integrations.slack.commanding import CHANNEL, links, typist


def primary(world, **given):
    # Of turns of a week it is the second one's at noon.
    members = (world.bob.membership, world.alice.membership)
    return factories.schedule(world.account, *members, **given)


def test_override_puts_oneself_on_call_from_now_on(acme):
    schedule = primary(acme)

    said = typist(acme, "bob").types("override Primary for 2h")

    made = schedule.overrides.get()
    assert made.membership == acme.bob.membership
    assert (made.starts_at, made.ends_at) == (NOON, NOON + timedelta(hours=2))
    assert made.created_by == acme.bob.membership
    assert said.in_channel
    assert "Bob is on call for Primary from 2027-03-10 12:00 UTC" in said.text
    assert "until 2027-03-10 14:00 UTC." in said.text
    assert "Instead of: Alice." in said.text
    assert not faults_of(said.blocks)


@pytest.mark.parametrize(
    ("typed", "start", "length"),
    [
        ("me until 20:00", 0, 8),
        ("<@U0BOB|bob> for 1d", 0, 24),
        ("me from 18:00 until 20:00", 6, 2),
        ("me from tomorrow 9:00 for 4h", 21, 4),
        ("me from 18:00 until 06:00", 6, 12),
        ("FROM 18:00 UNTIL 20:00", 6, 2),
    ],
)
def test_override_reads_who_and_when(acme, typed, start, length):
    schedule = primary(acme)
    writer = typist(acme, "bob")
    links(writer, acme.bob.membership, "U0BOB")

    writer.types(f"override primary {typed}")

    made = schedule.overrides.get()
    assert made.membership == acme.bob.membership
    assert made.starts_at == NOON + timedelta(hours=start)
    assert made.ends_at - made.starts_at == timedelta(hours=length)


def test_override_of_a_schedule_whose_name_holds_a_keyword(acme):
    schedule = primary(acme, name="On call for the shop")

    typist(acme).types("override On call for the shop me for 1h")

    assert schedule.overrides.exists()


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("", "Say which schedule, who and how long"),
        ("Primary", "Say which schedule, who and how long"),
        ("Primary me", "Say which schedule, who and how long"),
        ("Primary for 2h until 20:00", "Say which schedule, who and how long"),
        ("Primary for 2h for 3h", "Say which schedule, who and how long"),
        ("Primary bob for 2h", "Say which schedule, who and how long"),
        ("Primary for ages", "I do not understand “ages” as a length"),
        ("Primary until 2020-01-01 10:00", "The end must be after the start."),
        ("Primary <@U0EVE|eve> for 2h", "does not know which member @eve is"),
        ("Secondary for 2h", "No schedule is called like “Secondary”"),
    ],
)
def test_override_refuses_in_words(acme, typed, refusal):
    schedule = primary(acme)

    said = typist(acme).types(f"override {typed}")

    assert refusal in said.text
    assert not said.in_channel
    assert not schedule.overrides.exists()


def test_override_names_the_schedules_that_there_are(acme):
    primary(acme)

    assert "Schedules: “Primary”" in typist(acme).types("override Other for 1h").text


def test_override_says_what_is_wrong_all_the_same(acme):
    primary(acme)
    primary(acme, name="Second")
    acme.bob.email.disabled_at = NOON
    acme.bob.email.save()
    writer = typist(acme)
    links(writer, acme.bob.membership, "U0BOB")

    said = writer.types("override Primary <@U0BOB|bob> for 2h")
    other = writer.types("override Second me for 2h")

    assert "Bob has no working contact method" in said.text
    assert "Alice was on call then already." in other.text


def test_override_of_somebody_who_is_on_two_schedules(acme):
    primary(acme)
    factories.schedule(acme.account, acme.bob.membership, name="Second")
    writer = typist(acme, "bob")

    said = writer.types("override Primary for 2h")

    assert "Bob is on call for Second at the same time" in said.text


def test_somebody_who_left_is_not_put_on_call(acme):
    schedule = primary(acme)
    writer = typist(acme)
    links(writer, acme.bob.membership, "U0BOB")
    acme.bob.membership.deactivated_at = NOON
    acme.bob.membership.save()

    said = writer.types("override Primary <@U0BOB|bob> for 2h")

    assert "does not know which member @bob is" in said.text
    assert not schedule.overrides.exists()


def test_an_observer_may_not_override(acme):
    schedule = primary(acme)
    acme.people["eve"] = factories.person(acme.account, "Eve", "observer")

    said = typist(acme, "eve").types("override Primary for 2h")

    assert "Your role does not allow this" in said.text
    assert not schedule.overrides.exists()


def test_anybody_who_may_act_on_incidents_does_not_change_schedules(acme):
    schedule = primary(acme)
    anybody = Actor("slack", None, name="eve (To #incidents)")
    writer = typist(acme, None, actor=anybody)
    room = chats.room(acme.account, workspace=writer.workspace, channel_id=CHANNEL)
    chats.extension(room, anybody_may_act=True)

    assert writer.types("override Primary for 2h").is_stranger
    assert not schedule.overrides.exists()


def test_another_accounts_schedule_is_not_there(acme, globex):
    theirs = factories.schedule(
        globex.account, globex.mallory.membership, name="Theirs"
    )

    said = typist(acme).types("override Theirs for 2h")

    assert "No schedule is called like “Theirs”" in said.text
    assert not theirs.overrides.exists()


def test_times_are_those_of_the_persons_zone(acme):
    acme.bob.membership.time_zone = "America/New_York"
    acme.bob.membership.save()
    schedule = primary(acme)

    typist(acme, "bob").types("override Primary until 10:00")

    # Noon in UTC is seven in the morning there.
    assert schedule.overrides.get().ends_at == NOON + timedelta(hours=3)
