"""Celery's door: hints that work may be due. They carry nothing."""

from celery import shared_task

from incidents import auditor, delivery, engine, intake


@shared_task(name="incidents.tick")
def tick() -> None:
    engine.tick(engine.now())


@shared_task(name="incidents.deliver")
def deliver() -> None:
    delivery.deliver_due()


@shared_task(name="incidents.process_events")
def process_events() -> None:
    intake.process(engine.now())


@shared_task(name="incidents.audit")
def audit() -> None:
    auditor.audit(engine.now())
