"""A command in Slack is answered where it was typed, for whom it may be."""

from datetime import timedelta

import pytest

from incidents import states
from integrations.models import ChatRequest, ChatUser
from tests.fakes.slack import HangsUp
from tests.integrations.slack.acting import place


@pytest.fixture
def ops(slack, acme, client):
    return place(slack, acme, client)


def types(ops, text, user):
    answer = ops.slack.commands(ops.client, "/oncall", text, user, ops.channel)
    assert (answer.status_code, answer.content) == (200, b"")
    ops.works()


def test_help_is_for_everybody(ops):
    eve = ops.slack.person("eve", "eve@elsewhere.example")

    types(ops, "help", eve)

    assert "ack" in ops.told(eve)[0]


def test_a_member_acknowledges(ops, acme):
    incident, _message = ops.shows(acme)
    alice = ops.links(acme.alice)

    types(ops, f"ack {incident.number}", alice)

    incident.refresh_from_db()
    assert incident.status == states.ACKNOWLEDGED
    assert len(ops.told(alice)) == 1


def test_a_member_is_known_by_their_address(ops, acme):
    incident, _message = ops.shows(acme)
    alice = ops.slack.person("alice", acme.alice.user.email)

    types(ops, f"ack {incident.number}", alice)

    incident.refresh_from_db()
    assert incident.status == states.ACKNOWLEDGED


def test_a_stranger_is_asked_who_they_are(ops, acme):
    incident, _message = ops.shows(acme)
    eve = ops.slack.person("eve", "eve@elsewhere.example")

    types(ops, f"ack {incident.number}", eve)

    incident.refresh_from_db()
    assert incident.status == states.TRIGGERED
    assert "which member of Acme you are" in ops.told(eve)[0]
    assert ChatUser.across_accounts.get().asked_at is not None


def test_the_command_is_done_once_and_the_answer_comes_when_slack_is_back(ops, acme):
    incident, _message = ops.shows(acme)
    alice = ops.links(acme.alice)
    ops.slack.always[""] = HangsUp()

    types(ops, f"resolve {incident.number}", alice)

    incident.refresh_from_db()
    assert incident.status == states.RESOLVED
    assert ops.told(alice) == []
    ops.slack.always.clear()
    ops.works(later=timedelta(minutes=5))
    assert len(ops.told(alice)) == 1
    assert not ChatRequest.across_accounts.filter(processed_at=None).exists()


def test_slacks_question_for_our_certificate_is_not_kept(ops):
    answer = ops.slack.tells(
        ops.client, "/slack/commands", f"ssl_check=1&team_id={ops.workspace.team_id}"
    )

    assert answer.status_code == 200
    assert ChatRequest.across_accounts.count() == 0
