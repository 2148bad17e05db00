"""What is said about a press waits for Slack; what was pressed does not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from incidents import states
from incidents.models import TimelineEntry
from integrations.models import ChatRequest
from tests.fakes.slack import HangsUp, Limited, Says
from tests.integrations.slack.acting import place


@pytest.fixture
def ops(slack, acme, client):
    return place(slack, acme, client)


def entries(incident, verb):
    return TimelineEntry.across_accounts.filter(incident=incident, verb=verb)


def status(incident):
    incident.refresh_from_db()
    return incident.status


def test_the_answer_waits_for_slack_and_the_verb_is_done_once(ops, acme):
    incident, message = ops.shows(acme)
    alice, bob = ops.links(acme.alice), ops.links(acme.bob)
    ops.presses(message, "acknowledge", bob)
    ops.slack.always[""] = HangsUp()

    ops.presses(message, "acknowledge", alice)

    row = ChatRequest.across_accounts.get(processed_at=None)
    assert row.door == "answer"
    assert row.retry_at is not None
    assert row.retry_at > timezone.now()
    ops.slack.always.clear()
    ops.works(later=timedelta(minutes=3))
    assert ops.told(alice)[-1].startswith("Bob acknowledged this")
    assert len(entries(incident, "acknowledge")) == 1
    assert not ChatRequest.across_accounts.filter(processed_at=None).exists()


def test_a_verb_needs_no_answer_of_slack(ops, acme):
    incident, message = ops.shows(acme)
    alice = ops.links(acme.alice)
    ops.slack.always[""] = HangsUp()

    ops.presses(message, "acknowledge", alice)

    assert status(incident) == states.ACKNOWLEDGED


def test_slacks_wait_is_kept(ops, acme):
    _incident, message = ops.shows(acme)
    alice, bob = ops.links(acme.alice), ops.links(acme.bob)
    ops.presses(message, "acknowledge", bob)
    ops.slack.fails(Limited(90), method="chat.postEphemeral")
    ops.slack.response_urls.clear()

    ops.slack.presses(ops.client, message, "oncall:acknowledge", alice)
    ops.slack.response_urls.clear()
    ops.works()

    row = ChatRequest.across_accounts.get(processed_at=None)
    assert row.retry_at is not None
    assert row.retry_at > timezone.now() + timedelta(seconds=80)


def test_words_that_nobody_can_be_told_are_given_up(ops, acme):
    _incident, message = ops.shows(acme)
    alice, bob = ops.links(acme.alice), ops.links(acme.bob)
    ops.presses(message, "acknowledge", bob)
    ops.slack.always["chat.postEphemeral"] = Says("channel_not_found")
    ops.slack.always["conversations.open"] = Says("user_not_found")

    ops.slack.presses(ops.client, message, "oncall:acknowledge", alice)
    ops.slack.response_urls.clear()
    ops.works()

    row = ChatRequest.across_accounts.latest("id")
    assert row.processed_at is not None


@pytest.mark.parametrize("fault", [HangsUp(), Says("expired_trigger_id")])
def test_a_form_that_slack_does_not_open_is_told_later(ops, acme, fault):
    _incident, message = ops.shows(acme)
    alice = ops.links(acme.alice)
    ops.slack.fails(fault, method="views.open")

    answer = ops.presses(message, "add_note", alice)

    assert answer.status_code == 200
    assert ops.told(alice) == ["Slack did not open the form in time. Press again."]
