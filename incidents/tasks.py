"""Celery's door: hints that work may be due. They carry nothing."""

from celery import shared_task

from incidents import auditor, delivery, engine, intake, relay
from incidents.turns import Turn

_ticks = Turn()
_events = Turn()


@shared_task(name="incidents.tick")
def tick() -> None:
    _ticks.take(lambda: engine.tick(engine.now()))


@shared_task(name="incidents.deliver")
def deliver() -> None:
    delivery.deliver_due()


@shared_task(name="incidents.process_events")
def process_events() -> None:
    _events.take(_process_events)


@shared_task(name="incidents.relay")
def hand_on() -> None:
    relay.hand_on()


@shared_task(name="incidents.audit")
def audit() -> None:
    auditor.audit(engine.now())


def _process_events() -> None:
    while intake.process_round(engine.now):
        pass
