"""Answering a press or a command at the address that came with it."""

from datetime import timedelta

import pytest

from integrations.chat.rooms import Gone, Limited, Refused, Unavailable
from integrations.slack.api import client
from tests.fakes.slack import Drips, HangsUp, Silent, Status
from tests.fakes.slack import Limited as Wait


@pytest.fixture
def room(slack):
    return slack.channel("incidents")


@pytest.fixture
def alice(slack):
    return slack.person("alice")


@pytest.fixture
def url(slack, room, alice):
    return slack._response_url("actions", alice, room, None)


def answer(url, **more):
    client.respond(url, {"text": "Done", "response_type": "ephemeral", **more})


def test_an_answer_is_for_one_person_or_for_all(slack, room, alice, url):
    answer(url)
    answer(url, response_type="in_channel")

    assert [message.text for message in room.whispers(alice)] == ["Done"]
    assert [message.text for message in room.tops] == ["Done"]


def test_five_answers_are_taken(slack, url):
    for _ in range(5):
        answer(url)

    with pytest.raises(Gone):
        answer(url)


def test_after_half_an_hour_none_is_taken(slack, url):
    slack.passes(1801)

    with pytest.raises(Gone, match="no more answers"):
        answer(url)


def test_it_waits_for_as_long_as_slack_asks(slack, url):
    slack.fails(Wait(7), method="response_url")

    with pytest.raises(Limited) as failure:
        answer(url)

    assert failure.value.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize("fault", [Status(500), HangsUp(), Silent(), Drips()])
def test_an_answer_that_may_be_there_is_uncertain(slack, url, settings, fault):
    settings.PROVIDER_TIMEOUT = 0.3
    slack.fails(fault, method="response_url")

    with pytest.raises(Unavailable) as failure:
        answer(url)

    assert failure.value.is_uncertain
    # The address is a secret: whoever knows it may write there.
    assert url not in repr(failure.value)
    assert failure.value.__cause__ is None


def test_what_slack_does_not_take_is_refused(url):
    with pytest.raises(Refused, match="invalid_blocks"):
        answer(url, blocks=[{"type": "section"}])


@pytest.mark.parametrize(
    "elsewhere",
    [
        "http://hooks.slack.com/actions/1",
        "https://hooks.slack.com.evil.example/",
        "https://evil.example/hooks.slack.com/",
        "https://slack.com@evil.example/",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "https://[",
        "",
    ],
)
def test_nothing_is_answered_elsewhere(elsewhere):
    with pytest.raises(Refused, match="no address of Slack"):
        answer(elsewhere)
