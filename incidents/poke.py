"""Hints to the workers that something is due now. A lost hint costs a second.

One thread in each process sends them, so that a request never waits for the broker
and a burst of commits is one hint.
"""

import logging
import threading

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)

DELIVER = "incidents.deliver"
PROCESS_EVENTS = "incidents.process_events"
RELAY = "incidents.relay"
# Hints that come within this time of each other are one.
PAUSE_SECONDS = 0.025

_wanted: set[str] = set()
# What may wait until the others have begun: nobody is paged by it.
_unhurried: set[str] = set()
_wake = threading.Event()
_starting = threading.Lock()
_thread: threading.Thread | None = None


def deliver() -> None:
    """Say, when this transaction commits, that a delivery is due."""
    transaction.on_commit(lambda: _poke(DELIVER))


def process_events() -> None:
    """Say, when this transaction commits, that an event waits."""
    transaction.on_commit(lambda: _poke(PROCESS_EVENTS))


def relay() -> None:
    """Say, when this transaction commits, that those outside are to be told."""
    later(RELAY)


def later(task: str) -> None:
    """Say the same of another task of those that paging goes ahead of."""
    transaction.on_commit(lambda: _poke(task, _unhurried))


def _poke(task: str, among: set[str] = _wanted) -> None:
    global _thread
    among.add(task)
    _wake.set()
    if _thread is None or not _thread.is_alive():
        with _starting:
            if _thread is None or not _thread.is_alive():
                _thread = threading.Thread(target=_send, name="poke", daemon=True)
                _thread.start()


def _send() -> None:
    while True:
        _wake.wait()
        _wake.clear()
        _hint(_wanted)
        threading.Event().wait(PAUSE_SECONDS)
        _hint(_unhurried)


def _hint(tasks: set[str]) -> None:
    while tasks:
        task = tasks.pop()
        try:
            current_app.send_task(task, ignore_result=True, retry=False, expires=5)
        except Exception as error:
            # The tick finds the work within a second.
            logger.warning("Could not hint at %s: %s", task, error)
