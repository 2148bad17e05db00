"""Celery's door: hints that something may have to be told outside. They carry nothing.

They have a queue of their own, so that paging never waits for them.
"""

from celery import shared_task

from incidents import engine, relay
from integrations.oauth import sweep
from integrations.webhooks import queue, sending, sweeps


@shared_task(name=queue.SEND)
def send_webhooks() -> None:
    # A hint to the relay may have been lost.
    relay.hand_on()
    sending.send_due()


@shared_task(name="integrations.sweep_webhooks")
def sweep_webhooks() -> None:
    sweeps.sweep(engine.now())


@shared_task(name="integrations.sweep_tokens")
def sweep_tokens() -> None:
    sweep.sweep(engine.now())
