"""A proof run with a failing Slack proves something only if Slack was asked."""

import asyncio
import socket
from dataclasses import asdict

import pytest

from tests.prove import report, wire
from tests.prove.slack import MOODS, Chats, FailingSlack

TRIED = Chats({"busy": 3, "broken": 2}, messages=4, waiting=4)


def figures(run, *, chat="failing", chats=TRIED) -> dict:
    asked = report.Run(1, 2.0, 130.0, 0.5, chat)
    return report.figures(asked, run.settled(), run.ledger, chats)


def test_a_run_in_which_chats_were_tried_proves_it(run):
    found = figures(run)

    assert report.is_proved(found)
    assert found["chats"] == asdict(TRIED)
    assert "5 calls failed, broken 2, busy 3; of 4 messages 4 wait" in report.table(
        found
    )


@pytest.mark.parametrize(
    "chats", [Chats(), Chats({"busy": 3}), Chats({"busy": 3}, messages=4, shown=1)]
)
def test_a_run_in_which_they_were_not_does_not(run, chats):
    assert not report.is_proved(figures(run, chats=chats))


def test_without_chats_none_has_to_be_asked(run):
    assert report.is_proved(figures(run, chat="none", chats=Chats()))


def test_both_runs_are_shown_side_by_side(run):
    found = {chat: figures(run, chat=chat) for chat in ("none", "failing")}

    _title, head, *lines = report.side_by_side(found).splitlines()

    assert [line.split()[0] for line in lines] == ["none", "failing"]
    assert "median" in head
    assert all("0.50 s" in line for line in lines)


def test_slack_fails_in_every_way():
    async def ask(slack: FailingSlack, mood: str) -> str:
        slack.mood = mood
        try:
            answer = await wire.post(
                slack.port, "/api/chat.postMessage", b"{}", {}, patience=0.2
            )
        except wire.Hung as hung:
            return str(hung)
        return f"{answer.status} {answer.headers.get('retry-after', '')}".strip()

    async def run() -> list[str]:
        async with FailingSlack() as slack:
            found = [await ask(slack, mood) for mood in MOODS[:3]]
            slack._close()
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", slack.port), 0.2)
            await slack._open()
            return [*found, await ask(slack, "broken")]

    assert asyncio.run(run()) == ["429 1", "500", "TimeoutError", "500"]
