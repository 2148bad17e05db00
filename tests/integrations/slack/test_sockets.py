"""Socket Mode: envelopes go the way of requests, over a connection that comes back."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from django.core.management import CommandError, call_command

from accounts import tenancy
from integrations.models import ChatRequest
from integrations.slack.answering import sockets
from tests import factories
from tests.fakes import slack as fakes
from tests.fakes.slack import APP_TOKEN, Limited, Says, Slack
from tests.integrations.slack import connected

BUTTON = {
    "type": "button",
    "action_id": "oncall:acknowledge",
    "text": {"type": "plain_text", "text": "Acknowledge"},
    "value": "Q1",
}
BLOCKS = [{"type": "actions", "block_id": "oncall:1", "elements": [BUTTON]}]
ROOT = Path(__file__).parents[3]


@pytest.fixture
def slack(settings) -> Iterator[Slack]:
    with fakes.serving(has_socket=True) as slack:
        settings.SLACK_APP_TOKEN = APP_TOKEN
        settings.SLACK_API_BASE = slack.base
        yield slack


@pytest.fixture
def workspace(transactional_db, slack):
    with tenancy.all_accounts():
        account = factories.account("Small")
        return connected.workspace(account, slack)


@contextmanager
def listening(slack: Slack) -> Iterator[Thread]:
    """Let our end of the socket live, once it is connected."""
    stopping = Event()
    thread = Thread(target=sockets.run, args=(stopping,), daemon=True)
    thread.start()
    try:
        slack.socket.wait_for(1)
        yield thread
    finally:
        stopping.set()
        thread.join(30)
        assert not thread.is_alive()


def kept() -> list[ChatRequest]:
    with tenancy.all_accounts():
        return list(ChatRequest.across_accounts.order_by("id"))


def test_commands_events_and_presses_are_kept(slack, workspace):
    room, alice = slack.channel("incidents"), slack.person("alice")
    message = slack.posted(room, "Down", slack.team.bot, blocks=BLOCKS)
    with listening(slack):
        command = slack.commands(slack.socket, "/oncall", "who", alice, room)
        event = slack.event(slack.socket, {"type": "channel_archive", "channel": "C1"})
        press = slack.presses(slack.socket, message, "oncall:acknowledge", alice)

    assert [command.status_code, event.status_code, press.status_code] == [200] * 3
    found = kept()
    assert [row.door for row in found] == ["command", "event", "interaction"]
    assert found[0].payload["text"] == "who"
    assert {row.account for row in found} == {workspace.account}


def test_the_same_event_by_another_way_is_kept_once(slack, workspace):
    with listening(slack):
        event = {"type": "channel_archive", "channel": "C1"}
        slack.event(slack.socket, event)
        slack.repeats(slack.socket)

    assert len(kept()) == 1


def test_an_answer_goes_with_the_acknowledgement(slack, transactional_db):
    with listening(slack):
        answer = slack.commands(
            slack.socket, "/oncall", "who", slack.person("al"), slack.channel("x")
        )

    assert "is not connected to OnCall" in answer.json()["text"]


def test_what_is_strange_is_acknowledged_and_left_alone(slack, workspace):
    with listening(slack):
        strange = slack.socket.hand_over("something_new", {"a": 1})
        odd = slack.socket.hand_over("events_api", {"event": "text", "team_id": 5})

    assert (strange.status_code, odd.status_code) == (200, 200)
    assert kept() == []


def test_it_connects_anew_when_slack_asks_for_it_or_drops_it(slack, workspace):
    with listening(slack):
        slack.socket.refresh()
        slack.socket.wait_for(2)
        slack.socket.drop()
        slack.socket.wait_for(3)
        room = slack.channel("incidents")
        slack.commands(slack.socket, "/oncall", "who", slack.person("alice"), room)

    assert len(kept()) == 1


def test_it_tries_until_slack_is_there(slack, workspace, caplog):
    slack.fails(Says("internal_error"), Limited(1), method="apps.connections.open")
    with listening(slack):
        # Ended in the very moment in which it began, too.
        pass

    assert len(slack.asked("apps.connections.open")) == 3
    assert "Cannot connect to Slack" in caplog.text
    assert APP_TOKEN not in caplog.text


def test_without_a_token_the_command_says_what_is_missing(settings):
    settings.SLACK_APP_TOKEN = ""

    with pytest.raises(CommandError, match="SLACK_APP_TOKEN is not set"):
        call_command("slack_socket")


def test_without_the_apps_keys_it_says_so_too(settings):
    settings.SLACK_APP_TOKEN = APP_TOKEN
    settings.SLACK_CLIENT_ID = ""

    with pytest.raises(CommandError, match="Also set SLACK_CLIENT_ID"):
        call_command("slack_socket")


def test_the_command_ends_at_a_signal(slack):
    given = {
        **os.environ,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_BASE": slack.base,
        "SLACK_CLIENT_ID": fakes.CLIENT_ID,
        "SLACK_CLIENT_SECRET": fakes.CLIENT_SECRET,
        "SLACK_SIGNING_SECRET": fakes.SIGNING_SECRET,
    }
    command = [sys.executable, "-m", "django", "slack_socket", "--skip-checks"]
    process = subprocess.Popen(command, cwd=ROOT, env=given)  # noqa: S603 - our own
    try:
        slack.socket.wait_for(1, seconds=60)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.wait()
    assert slack.socket.open == []
