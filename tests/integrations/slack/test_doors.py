"""Slack's doors open to what Slack has signed, once, and do nothing else."""

import json
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from integrations.models import ChatRequest
from tests.fakes.slack.telling import FORM
from tests.integrations.slack.acting import place

DOORS = ["/slack/interactivity", "/slack/events", "/slack/commands"]


@pytest.fixture
def ops(slack, acme, client):
    return place(slack, acme, client)


def kept() -> int:
    return ChatRequest.across_accounts.count()


def types(ops, **how):
    user = ops.slack.person("alice")
    return ops.slack.commands(ops.client, "/oncall", "help", user, ops.channel, **how)


def test_a_signed_command_is_kept_and_answered_at_once(ops):
    answer = types(ops)

    assert (answer.status_code, answer.content) == (200, b"")
    row = ChatRequest.across_accounts.get()
    assert (row.door, row.workspace, row.processed_at) == (
        "command",
        ops.workspace,
        None,
    )


def test_an_address_of_events_proves_itself(ops):
    answer = ops.slack.checks_address(ops.client)

    assert answer.json() == {"challenge": "a challenge"}
    assert kept() == 0


def test_an_unsigned_address_proves_nothing(ops):
    assert ops.slack.checks_address(ops.client, secret="forged").status_code == 401


@pytest.mark.parametrize(
    "how", [{"secret": "forged"}, {"age": 301}, {"age": -301}, {"age": 10**12}]
)
def test_a_forged_or_old_signature_is_refused_in_words(ops, how):
    answer = types(ops, **how)

    assert answer.status_code == 401
    assert b"signature is missing, wrong or too old" in answer.content
    assert kept() == 0


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Signature": "v0=0"},
        {"X-Slack-Signature": "v0=ü", "X-Slack-Request-Timestamp": "yesterday"},
    ],
)
def test_a_request_without_a_signature_is_refused(ops, door, headers):
    answer = ops.client.post(
        door, b"payload={}", content_type="text/plain", headers=headers
    )

    assert answer.status_code == 401
    assert kept() == 0


def test_without_a_secret_nobody_can_sign(ops, settings):
    settings.SLACK_SIGNING_SECRET = ""

    assert types(ops, secret="").status_code == 401


@pytest.mark.parametrize("door", DOORS)
def test_a_door_takes_nothing_but_posts(ops, door):
    answer = ops.client.get(door)

    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_the_same_request_again_is_not_done_again(ops):
    types(ops)

    again = ops.slack.repeats(ops.client)

    assert again.status_code == 200
    assert kept() == 1


def test_an_event_that_slack_tells_again_is_done_once(ops):
    renamed = {
        "type": "channel_rename",
        "channel": {"id": ops.channel.id, "name": "alarms"},
    }
    ops.slack.event(ops.client, renamed)
    first = ops.slack.sent[-1]
    # With a signature of its own, as Slack does.
    ops.slack.tells(
        ops.client,
        first.path,
        first.body,
        kind="application/json",
        age=1,
        headers={"X-Slack-Retry-Num": "1"},
    )

    assert kept() == 1
    ops.works()
    assert ops.workspace.rooms.get().name == "#alarms"


@pytest.mark.parametrize(
    ("door", "body", "kind"),
    [
        ("/slack/commands", "{}", "application/json"),
        ("/slack/events", "a=b", FORM),
        ("/slack/events", "[]", "application/json"),
        ("/slack/events", "{", "application/json"),
        ("/slack/interactivity", "payload=%7B", FORM),
        ("/slack/interactivity", "payload=3", FORM),
        ("/slack/interactivity", "other=3", FORM),
        ("/slack/commands", "&".join(["a=b"] * 101), FORM),
    ],
)
def test_what_slack_would_not_send_is_refused(ops, door, body, kind):
    answer = ops.slack.tells(ops.client, door, body, kind=kind)

    assert answer.status_code == 400
    assert kept() == 0


def test_a_body_without_end_is_not_read(ops):
    answer = ops.slack.tells(ops.client, "/slack/commands", "a=" + "b" * 2**20)

    assert answer.status_code == 413


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"type": "block_actions"},
        {"type": "view_submission", "view": 3, "user": "U1", "team": []},
        {"type": "event_callback", "event": {"type": "message"}, "event_id": 5},
    ],
)
@pytest.mark.parametrize("door", ["/slack/events", "/slack/interactivity"])
def test_odd_payloads_of_our_workspace_do_no_harm(ops, payload, door):
    said = json.dumps(payload | {"team_id": ops.workspace.team_id, "nul": "\0"})
    kind = "application/json"
    if door == "/slack/interactivity":
        said, kind = urlencode({"payload": said}), FORM
    answer = ops.slack.tells(ops.client, door, said, kind=kind)

    assert answer.status_code == 200
    ops.works()


def test_a_command_of_a_strange_workspace_is_answered_politely(ops):
    other = ops.slack.workspace("T0OTHER01", "Other")
    user = ops.slack.person("eve", team=other)
    room = ops.slack.channel("random", team=other)

    answer = ops.slack.commands(ops.client, "/oncall", "who", user, room)

    assert "is not connected" in answer.json()["text"]
    assert kept() == 0


def test_a_removed_workspace_is_a_strange_one(ops):
    ops.workspace.removed_at = timezone.now()
    ops.workspace.save()

    assert "is not connected" in types(ops).json()["text"]
    assert kept() == 0


def test_a_suspended_account_is_told_so(ops, acme):
    acme.account.suspended_at = timezone.now()
    acme.account.save()

    assert "suspended" in types(ops).json()["text"]
    assert kept() == 0


def test_an_account_suspended_meanwhile_does_nothing(ops, acme):
    types(ops)
    acme.account.suspended_at = timezone.now()
    acme.account.save()

    ops.works()

    row = ChatRequest.across_accounts.get()
    assert (row.error, row.payload) == ("The account is suspended.", {})
    assert ops.slack.responses == []


def test_talk_in_a_channel_is_not_kept(ops):
    ops.slack.says(ops.client, ops.channel, "Lunch?", ops.slack.person("alice"))

    assert kept() == 0


def test_in_a_shared_channel_the_installed_workspace_counts(ops):
    guest = ops.slack.person("eve", team=ops.slack.workspace("T0OTHER01", "Other"))
    event = {"type": "channel_rename", "channel": {"id": ops.channel.id, "name": "x"}}

    ops.slack.event(ops.client, {**event, "user": guest.id})
    payload = dict(ops.slack.sent[-1].payload)
    payload |= {"team_id": "T0OTHER01", "event_id": "Ev-other"}
    ops.slack._events(ops.client, payload)

    rows = ChatRequest.across_accounts.all()
    assert [row.workspace for row in rows] == [ops.workspace] * 2
