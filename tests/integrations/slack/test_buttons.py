"""A button in Slack does what it says, for whom it may, once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from incidents import states
from incidents.models import TimelineEntry
from integrations.models import ChatRequest
from integrations.slack.incoming.verbs import ONE_ESCALATION
from integrations.slack.layout.actions import (
    MORE,
    MORE_CHANNEL,
    MORE_REOPEN,
    MORE_WHO,
    choice,
)
from tests.integrations.slack.acting import place


@pytest.fixture
def ops(slack, acme, client):
    return place(slack, acme, client)


def entries(incident, verb):
    rows = TimelineEntry.across_accounts.filter(incident=incident, verb=verb)
    return list(rows.select_related("membership").order_by("id"))


def status(incident):
    incident.refresh_from_db()
    return incident.status


@pytest.mark.parametrize(
    ("what", "after"),
    [
        ("acknowledge", states.ACKNOWLEDGED),
        ("resolve", states.RESOLVED),
        ("escalate", states.TRIGGERED),
    ],
)
def test_a_linked_member_acts_as_themselves(ops, acme, what, after):
    incident, message = ops.shows(acme)
    alice = ops.links(acme.alice)

    answer = ops.presses(message, what, alice)

    assert (answer.status_code, answer.content) == (200, b"")
    assert status(incident) == after
    (entry,) = entries(incident, what)
    assert (entry.membership, entry.via) == (acme.alice.membership, "slack")
    assert ops.told(alice) == []


def test_two_people_press_acknowledge_and_the_second_learns_of_the_first(ops, acme):
    incident, message = ops.shows(acme)
    alice, bob = ops.links(acme.alice), ops.links(acme.bob)

    ops.slack.presses(ops.client, message, "oncall:acknowledge", bob)
    ops.presses(message, "acknowledge", alice)

    assert [e.membership for e in entries(incident, "acknowledge")] == [
        acme.bob.membership
    ]
    assert ops.told(bob) == []
    assert ops.told(alice) == ["Bob acknowledged this 0 s ago."]


def test_who_presses_twice_is_told_that_it_was_them(ops, acme):
    incident, message = ops.shows(acme)
    alice = ops.links(acme.alice)

    ops.presses(message, "resolve", alice)
    ops.presses(message, "resolve", alice)

    assert len(entries(incident, "resolve")) == 1
    assert ops.told(alice) == ["You resolved this 0 s ago."]


def test_what_somebody_has_resolved_is_not_acknowledged(ops, acme):
    incident, message = ops.shows(acme)
    alice, bob = ops.links(acme.alice), ops.links(acme.bob)
    ops.presses(message, "resolve", bob)

    ops.presses(message, "acknowledge", alice)

    assert status(incident) == states.RESOLVED
    assert ops.told(alice) == ["Bob resolved this 0 s ago."]


def test_two_people_who_escalate_at_once_page_one_level(ops, acme):
    incident, message = ops.shows(acme)
    alice, bob = ops.links(acme.alice), ops.links(acme.bob)

    ops.presses(message, "escalate", alice)
    ops.presses(message, "escalate", bob)

    incident.refresh_from_db()
    assert incident.level == 2
    assert "Alice escalated this 0 s ago" in ops.told(bob)[0]


def test_whoever_presses_later_escalates_further(ops, acme):
    _incident, message = ops.shows(acme)
    alice = ops.links(acme.alice)
    ops.presses(message, "escalate", alice)

    ops.slack.presses(ops.client, message, "oncall:escalate", alice)
    ops.works(later=ONE_ESCALATION + timedelta(seconds=1))

    # There are two levels; the words are those of the verb itself.
    assert "No further level" in ops.told(alice)[0]


def test_an_observer_is_refused(ops, acme):
    incident, message = ops.shows(acme)
    bob = ops.links(acme.bob)
    acme.bob.membership.role = "observer"
    acme.bob.membership.save()

    ops.presses(message, "acknowledge", bob)

    assert status(incident) == states.TRIGGERED
    assert "Your role does not allow this" in ops.told(bob)[0]


@pytest.mark.parametrize("anybody", [False, True])
def test_a_member_who_has_left_is_refused_even_where_anybody_may_act(
    ops, acme, anybody
):
    ops.extension.anybody_may_act = anybody
    ops.extension.save()
    incident, message = ops.shows(acme)
    bob = ops.links(acme.bob)
    acme.bob.membership.deactivated_at = timezone.now()
    acme.bob.membership.save()

    ops.presses(message, "acknowledge", bob)

    assert status(incident) == states.TRIGGERED
    assert "not an active member" in ops.told(bob)[0]


def test_in_a_suspended_account_nothing_is_done_and_that_is_said(ops, acme):
    incident, message = ops.shows(acme)
    alice = ops.links(acme.alice)
    acme.account.suspended_at = timezone.now()
    acme.account.save()

    ops.presses(message, "acknowledge", alice)

    assert status(incident) == states.TRIGGERED
    (words,) = ops.told(alice)
    assert "This account of OnCall is suspended" in words


def test_an_incident_that_is_not_the_messages_own_is_left_alone(ops, acme, globex):
    incident, message = ops.shows(acme)
    other, _message = ops.shows(acme, "Another one")
    theirs = globex.service
    foreign = type(incident).across_accounts.create(
        account=globex.account,
        number=1,
        title="Secret",
        service=theirs,
        created_at=timezone.now(),
        changed_at=timezone.now(),
    )
    alice = ops.links(acme.alice)

    for wrong in (other.public_id, foreign.public_id, "Q" + "0" * 13, "", "'"):
        element = next(
            e
            for block in message.blocks
            for e in block.get("elements", ())
            if e.get("action_id") == "oncall:acknowledge"
        )
        element["value"] = wrong
        ops.presses(message, "acknowledge", alice)

    assert {status(incident), status(other), status(foreign)} == {states.TRIGGERED}
    words = ops.told(alice)
    assert len(words) == 5
    assert all("does not know this message" in each for each in words)


def test_a_message_that_is_none_of_ours_does_nothing(ops, acme):
    incident, message = ops.shows(acme)
    alice = ops.links(acme.alice)
    copy = ops.slack.posted(
        ops.channel, "a copy", ops.slack.team.bot, blocks=message.blocks
    )

    ops.presses(copy, "acknowledge", alice)

    assert status(incident) == states.TRIGGERED
    assert "does not know this message" in ops.told(alice)[0]


def test_a_press_before_the_messages_id_is_known_counts(ops, acme):
    incident, message = ops.shows(acme)
    ops.workspace.account.chat_messages.update(message_id="")

    ops.presses(message, "acknowledge", ops.links(acme.alice))

    assert status(incident) == states.ACKNOWLEDGED


def test_a_link_that_is_pressed_is_no_verb(ops, acme):
    incident, message = ops.shows(acme)
    stranger = ops.slack.person("eve")
    opens = [e for e in message.elements if e.get("url")]

    for element in opens:
        ops.presses(message, element["action_id"].removeprefix("oncall:"), stranger)

    assert status(incident) == states.TRIGGERED
    assert ops.told(stranger) == []


def test_what_was_pressed_long_ago_is_not_done_any_more(ops, acme):
    incident, message = ops.shows(acme)
    alice = ops.links(acme.alice)
    ops.slack.presses(ops.client, message, "oncall:resolve", alice)

    ops.works(later=timedelta(minutes=31))

    assert status(incident) == states.TRIGGERED
    row = ChatRequest.across_accounts.get()
    assert row.processed_at is not None
    assert row.error


def test_a_message_is_not_read_as_markup(ops, acme):
    _incident, message = ops.shows(acme)
    alice, bob = ops.links(acme.alice), ops.links(acme.bob)
    acme.bob.user.name = "<!channel> *Bob* & co"
    acme.bob.user.save()
    ops.presses(message, "acknowledge", bob)

    ops.presses(message, "acknowledge", alice)

    assert "<!channel>" not in ops.told(alice)[0]
    assert "&lt;!channel&gt;" in ops.told(alice)[0]


@pytest.mark.parametrize("what", [MORE_REOPEN, MORE_WHO, MORE_CHANNEL])
def test_what_the_menu_offers_is_done(ops, acme, what):
    incident, message = ops.shows(acme)
    alice = ops.links(acme.alice)
    if what == MORE_REOPEN:
        ops.presses(message, "resolve", alice)
        ops.updates(incident)

    ops.slack.presses(
        ops.client, message, MORE, alice, option=choice(what, incident.public_id)
    )
    ops.works()

    if what == MORE_REOPEN:
        assert status(incident) == states.TRIGGERED
    if what == MORE_WHO:
        assert "Alice" in ops.told(alice)[0]
    if what == MORE_CHANNEL:
        assert incident.account.incident_channels.get().asked_by == (
            acme.alice.membership
        )
        assert "The channel is being made" in ops.told(alice)[0]
