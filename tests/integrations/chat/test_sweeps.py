"""What is looked at now and then: alerts that joined, old rows, and operators."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import tenancy
from incidents import intake
from integrations.chat import health, posting, sweeps
from integrations.models import ChatLine, ChatMessage, ChatRequest
from tests.factories import NOON
from tests.integrations.chat.showing import (
    HOUR,
    MINUTE,
    fresh,
    message,
    open_incident,
    tell,
)

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _first_round(db) -> None:
    """Let the round be known, for it is made from the second time on."""
    sweeps.sweep(NOON)


def report(world, key: str, at) -> None:
    """Have a tool report a problem, which joins the service's open incident."""
    body = {"summary": "Disk full", "source": key, "severity": "critical"}
    intake.receive(world.integration.key, "trigger", key, body, at=at)
    intake.process(at)


def test_alerts_that_join_are_counted_within_half_a_minute(acme, ours, town, square):
    acme.service.grouping, acme.service.grouping_window = "time", HOUR
    acme.service.save()
    report(acme, "one", NOON)
    tell()
    digest = message(acme).shown
    report(acme, "two", NOON + MINUTE)
    tell(NOON + MINUTE)
    assert len(square.done("post", "update")) == 1

    sweeps.sweep(NOON + MINUTE)
    tell(NOON + MINUTE)
    assert len(square.done("post", "update")) == 2
    assert message(acme).shown != digest

    sweeps.sweep(NOON + 2 * MINUTE)
    tell(NOON + 2 * MINUTE)
    assert len(square.done("post", "update")) == 2


def test_a_chat_without_updates_is_not_told_of_more_alerts(acme, ours, town, square):
    acme.service.grouping, acme.service.grouping_window = "time", HOUR
    acme.service.save()
    town.can_update = False
    report(acme, "one", NOON)
    tell()
    report(acme, "two", NOON + MINUTE)

    sweeps.sweep(NOON + MINUTE)
    tell(NOON + MINUTE)

    assert len(square.calls) == 1


def test_old_rows_go_and_messages_of_incidents_stay(acme, ours, square):
    incident = open_incident(acme)
    tell()
    shown = message(acme)
    for at in (NOON, NOON + 10 * DAY):
        with tenancy.scope(acme.account):
            posting.test(ours.room, extension=ours, at=at)
        line = {"account": acme.account, "message": shown, "text": "Hello", "at": at}
        ChatLine.across_accounts.create(entry_id=at.day, **line)
        ChatRequest.across_accounts.create(
            account=acme.account, kind="town", digest=str(at), received_at=at
        )

    sweeps.forget(NOON + 15 * DAY)

    assert ChatMessage.across_accounts.get(incident=incident).message_id == "m0"
    tests = ChatMessage.across_accounts.filter(incident=None)
    assert [row.created_at for row in tests] == [NOON + 10 * DAY]
    assert [row.at for row in ChatLine.across_accounts.all()] == [NOON + 10 * DAY]
    assert not ChatRequest.across_accounts.exists()


def test_operators_see_what_waits_and_what_is_broken(acme, ours, square):
    square.answers = [500]
    open_incident(acme)
    tell()
    found = {str(line.label): line for line in health.lines()}

    assert found["Chat messages that wait"].value == "1"
    assert found["Chat rooms that do not answer"].value == "1"
    assert found["Oldest click or command in a chat"].is_good

    square.always = 403
    tell(NOON + HOUR)
    found = {str(line.label): line for line in health.lines()}
    assert found["Chat rooms that somebody must repair"].value == "1"
    assert fresh(ours.room).broken_at == NOON + HOUR


@pytest.mark.parametrize(("minutes", "is_good"), [(0.5, True), (2, False)])
def test_operators_see_whether_somebody_answers(acme, minutes, is_good):
    at = timezone.now() - timedelta(minutes=minutes)
    ChatRequest.across_accounts.create(
        account=acme.account, kind="town", digest="one", received_at=at
    )

    found = {str(line.label): line for line in health.lines()}

    assert found["Oldest click or command in a chat"].is_good == is_good
