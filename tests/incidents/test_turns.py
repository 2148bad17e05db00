"""One thread at a time, and no hint lost."""

import threading

from incidents.turns import Turn


def test_a_hint_during_the_job_has_it_done_once_more():
    turn, done = Turn(), []

    def job() -> None:
        done.append(threading.current_thread().name)
        if len(done) == 1:
            other = threading.Thread(target=turn.take, args=(job,), name="other")
            other.start()
            other.join(timeout=10)

    turn.take(job)

    assert done == [threading.current_thread().name] * 2


def test_without_a_hint_the_job_is_done_once():
    turn, done = Turn(), []
    turn.take(lambda: done.append(1))
    assert done == [1]


def test_a_job_that_fails_lets_go_of_its_turn():
    turn, done = Turn(), []

    def fails() -> None:
        raise ValueError

    try:
        turn.take(fails)
    except ValueError:
        turn.take(lambda: done.append(1))
    assert done == [1]
