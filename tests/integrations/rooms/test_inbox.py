"""What a chat told us is worked on once, again where it failed, and not for ever."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from accounts import tenancy
from integrations.chat import inbox
from integrations.chat.rooms import Unavailable
from integrations.models import ChatRequest
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db

KIND = "pigeons"


@pytest.fixture
def worked():
    """The requests of a kind of chat that were worked on; what raises is in them."""
    found = []

    def work(request, at):
        found.append(request.payload)
        error = request.payload.get("error")
        if error == "away" and request.attempts < 3:
            raise Unavailable("The pigeons are away.")
        if error == "killed" and request.attempts < 2:
            raise SystemExit
        if error == "ours":
            raise ValueError("a secret")

    inbox.register(KIND, work)
    return found


def keep(world, name="1", **payload):
    return inbox.keep(world.account, KIND, "event", payload, name=name, at=NOON)


def answer(minutes=0):
    inbox.answer_due(now=lambda: NOON + timedelta(minutes=minutes))


def test_a_request_is_worked_on_once(acme, worked):
    keep(acme, what="coo")

    answer()
    answer()

    assert worked == [{"what": "coo"}]
    kept = ChatRequest.across_accounts.get()
    assert kept.processed_at == NOON
    # What people wrote is nobody's business any more.
    assert kept.payload == {}


def test_the_same_request_is_kept_once(acme, globex, worked):
    assert keep(acme) is not None
    assert keep(acme) is None
    assert keep(globex) is None


def test_a_chat_that_is_away_is_asked_again(acme, worked):
    keep(acme, error="away")

    for minute in range(5):
        answer(minute)

    assert len(worked) == 3
    assert ChatRequest.across_accounts.get().error == ""


def test_what_never_works_is_given_up(acme, worked, caplog):
    keep(acme, error="ours")

    for minute in range(30):
        answer(minute)

    assert len(worked) == inbox.PATIENCE
    kept = ChatRequest.across_accounts.get()
    assert (kept.error, kept.processed_at is None) == ("ValueError", False)
    assert "a secret" not in caplog.text


def test_what_is_too_old_is_not_tried_again(acme, worked):
    keep(acme, error="away")

    answer(20)
    answer(21)

    assert len(worked) == 1


def test_what_a_worker_died_of_is_taken_by_another_one(acme, worked):
    keep(acme, error="killed")
    with pytest.raises(SystemExit):
        answer()

    answer(1)
    assert len(worked) == 1
    answer(3)
    assert len(worked) == 2
    assert ChatRequest.across_accounts.get().processed_at is not None


def test_a_slow_request_keeps_no_other_one_waiting(transactional_db):
    met = Barrier(inbox.LANES)
    seen = []

    def work(request, at):
        seen.append(request.pk)
        # Nobody comes further before all of them are at work.
        met.wait(10)

    inbox.register(KIND, work)
    with tenancy.all_accounts():
        account = factories.account("Small")
        for number in range(inbox.LANES):
            name = str(number)
            inbox.keep(account, KIND, "event", {}, name=name, at=NOON)

    with ThreadPoolExecutor(inbox.LANES) as pool:
        jobs = [pool.submit(_answer_in_a_thread) for _each in range(inbox.LANES)]
        for job in jobs:
            job.result()

    assert len(set(seen)) == len(seen) == inbox.LANES


def _answer_in_a_thread():
    try:
        answer()
    finally:
        connection.close()


def test_what_fails_keeps_nothing_else_waiting(acme, worked):
    keep(acme, "1", error="ours")
    keep(acme, "2", what="coo")

    answer()

    assert worked[-1] == {"what": "coo"}


def test_a_door_may_keep_a_request_to_itself_for_a_while(acme, worked):
    until = NOON + timedelta(minutes=1)
    request = inbox.keep(
        acme.account, KIND, "event", {}, name="1", at=NOON, retry_at=until
    )
    answer()
    assert worked == []

    assert request is not None
    inbox.leave(request)
    answer()
    assert len(worked) == 1


def test_other_kinds_are_left_to_others(acme, worked):
    inbox.keep(acme.account, "unheard", "event", {}, name="1", at=NOON)

    answer()

    assert ChatRequest.across_accounts.get().attempts == 0
