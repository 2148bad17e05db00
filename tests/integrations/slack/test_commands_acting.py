"""Commands of Slack that act on an incident."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.permissions import Actor
from incidents import actions
from incidents.models import Service
from tests import chats, factories
from tests.factories import NOON
from tests.fakes.slack.blocks import faults_of
from tests.integrations.slack.commanding import CHANNEL, typist


def opened(world, title="Disk full", **given):
    actor = Actor("web", world.alice.membership)
    return actions.open_incident(
        world.service, actor=actor, at=NOON, title=title, **given
    )


def verbs(incident):
    return list(incident.timeline.order_by("id").values_list("verb", "via"))


def test_ack_takes_on_the_only_open_incident_of_the_person(acme):
    incident = opened(acme)

    said = typist(acme).types("ack")

    incident.refresh_from_db()
    assert incident.status == "acknowledged"
    assert ("acknowledge", "slack") in verbs(incident)
    assert "#1 Disk full is yours; it pages again at 2027-03-10 12:30 UTC" in said.text
    assert not said.in_channel
    assert not faults_of(said.blocks)


def test_ack_passes_over_what_is_acknowledged(acme):
    first, second = opened(acme), opened(acme, "Slow")
    actions.acknowledge(first, actor=Actor("web", acme.alice.membership), at=NOON)

    typist(acme).types("ack")

    second.refresh_from_db()
    assert second.status == "acknowledged"


def test_ack_of_several_asks_for_the_number(acme):
    first, _second = opened(acme), opened(acme, "Slow")

    said = typist(acme).types("ack")

    first.refresh_from_db()
    assert "You have several: #2, #1" in said.text
    assert first.status == "triggered"


def test_ack_without_any_incident_says_so(acme):
    assert "No incident of yours waits for that" in typist(acme).types("ack").text


def test_ack_of_a_number_that_is_not_there(acme):
    said = typist(acme).types("ack #999999999999999999")

    assert "There is no incident #999999999999999999" in said.text


def test_ack_does_not_guess_what_else_was_typed(acme):
    incident = opened(acme)

    said = typist(acme).types("ack please")

    incident.refresh_from_db()
    assert "I do not understand “please”" in said.text
    assert incident.status == "triggered"


def test_ack_of_a_resolved_incident_is_refused_in_words(acme):
    incident = opened(acme)
    actions.resolve(incident, actor=Actor("web", acme.bob.membership), at=NOON)

    said = typist(acme).types("ack 1")

    assert "Bob resolved this" in said.text


def test_an_observer_may_not_acknowledge(acme):
    opened(acme)
    acme.people["eve"] = factories.person(acme.account, "Eve", "observer")

    said = typist(acme, "eve").types("ack 1")

    assert "Your role does not allow this" in said.text
    assert acme.account.incidents.get().status == "triggered"


def test_ack_means_the_incident_of_the_channel(acme):
    opened(acme, "Elsewhere")
    here = opened(acme, "Here")
    writer = typist(acme, "bob", channel="C0OWN")
    chats.room(
        acme.account, workspace=writer.workspace, channel_id="C0OWN", incident=here
    )

    writer.types("ack")

    here.refresh_from_db()
    assert here.status == "acknowledged"


def test_resolve_leaves_a_note_as_it_was_typed(acme):
    incident = opened(acme)

    said = typist(acme).types('resolve #1 he said "more  disk" &amp; that was it')

    incident.refresh_from_db()
    assert incident.status == "resolved"
    note = incident.timeline.get(verb="add_note")
    assert note.details["text"] == 'he said "more  disk" & that was it'
    assert "#1 Disk full is resolved." in said.text


@pytest.mark.parametrize("typed", ["resolve 1", "snooze 1 2h", "ack 1"])
def test_who_comes_too_late_learns_who_was_quicker(acme, typed):
    incident = opened(acme)
    actions.resolve(incident, actor=Actor("web", acme.bob.membership), at=NOON)

    assert "Bob resolved this 0 s ago." in typist(acme).types(typed).text


def test_note_without_text_is_refused(acme):
    incident = opened(acme)

    assert "The note is empty" in typist(acme).types("note 1").text
    assert not incident.timeline.filter(verb="add_note").exists()


def test_a_note_names_people_as_they_are_called(acme):
    incident = opened(acme)

    typist(acme).types("note 1 <@U0BOB|bob> has a look at <https://x.test/a|this>")

    note = incident.timeline.get(verb="add_note")
    assert note.details["text"] == "@bob has a look at this"


def test_escalate_says_who_is_paged_now(acme):
    opened(acme)

    said = typist(acme).types("escalate 1")

    assert "is escalated to level 2: Bob." in said.text


def test_escalate_a_second_time_at_once_is_meant_once(acme):
    opened(acme)
    writer = typist(acme)

    writer.types("escalate 1")

    assert "You escalated this" in writer.types("escalate 1").text


@pytest.mark.parametrize(
    ("typed", "until"),
    [
        ("snooze 1", NOON + timedelta(hours=1)),
        ("snooze 1 2h", NOON + timedelta(hours=2)),
        ("snooze 1 for 1h30m", NOON + timedelta(minutes=90)),
        ("snooze 1 for 1h 30min", NOON + timedelta(minutes=90)),
        ("snooze 1 until 13:15", NOON + timedelta(minutes=75)),
        ("snooze 1 until 11:00", NOON + timedelta(hours=23)),
        ("snooze 1 until tomorrow 9:00", NOON + timedelta(hours=21)),
        ("snooze 1 until 2027-03-11 08:00", NOON + timedelta(hours=20)),
        ('snooze 1 until "2027-03-11T08:00"', NOON + timedelta(hours=20)),
    ],
)
def test_snooze_reads_how_long(acme, typed, until):
    incident = opened(acme)

    typist(acme).types(typed)

    incident.refresh_from_db()
    assert incident.snoozed_until == until


def test_times_are_those_of_the_persons_zone(acme):
    acme.alice.membership.time_zone = "Asia/Kolkata"
    acme.alice.membership.save()
    incident = opened(acme)

    typist(acme).types("snooze 1 until 18:00")

    incident.refresh_from_db()
    zone = ZoneInfo("Asia/Kolkata")
    assert incident.snoozed_until == datetime(2027, 3, 10, 18, tzinfo=zone)


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("snooze 1 soon", "I do not understand “soon” as a length"),
        ("snooze 1 until then", "I do not understand “then” as a time"),
        ("snooze 1 until 25:00", "I do not understand “25:00” as a time"),
        ("snooze 1 8d", "between a second and seven days"),
        ("snooze 1 0m", "Choose a length"),
        ("snooze 1 " + "9999w" * 500, "Choose a length"),
    ],
)
def test_snooze_refuses_in_words(acme, typed, refusal):
    incident = opened(acme)

    said = typist(acme).types(typed)

    incident.refresh_from_db()
    assert refusal in said.text
    assert incident.status == "triggered"


def test_anybody_acts_as_the_extension(acme):
    incident = opened(acme)
    anybody = Actor("slack", None, name="eve (To #incidents)")
    writer = typist(acme, None, actor=anybody)
    room = chats.room(acme.account, workspace=writer.workspace, channel_id=CHANNEL)
    chats.extension(room, acme.service, anybody_may_act=True)

    writer.types("resolve 1")

    incident.refresh_from_db()
    assert incident.status == "resolved"
    entry = incident.timeline.get(verb="resolve")
    assert (entry.membership, entry.name) == (None, "eve (To #incidents)")


def test_anybody_has_to_say_which_incident(acme):
    opened(acme)
    anybody = Actor("slack", None, name="eve (To #incidents)")
    writer = typist(acme, None, actor=anybody)
    chats.extension(
        chats.room(acme.account, workspace=writer.workspace), anybody_may_act=True
    )

    assert "Say which incident" in writer.types("ack").text


def test_another_accounts_number_is_not_found(acme, globex):
    Service.across_accounts.filter(pk=globex.service.pk).update(name="Other")
    actions.open_incident(
        globex.service,
        actor=Actor("web", globex.mallory.membership),
        at=NOON,
        title="Secret",
    )

    said = typist(acme).types("resolve 1")

    assert "There is no incident #1" in said.text
    assert globex.account.incidents.get().status == "triggered"
