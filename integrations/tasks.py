"""Celery's door: hints that something may have to be told outside. They carry nothing.

They have a queue of their own, so that paging never waits for them.
"""

from celery import shared_task

from incidents import engine, relay
from integrations.chat import inbox as chat_inbox
from integrations.chat import queue as chats
from integrations.chat import sending as chat_sending
from integrations.chat import sweeps as chat_sweeps
from integrations.oauth import sweep
from integrations.slack import work as slack_work
from integrations.slack.answering import inbox as slack_inbox
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


@shared_task(name=chats.SEND)
def send_chats() -> None:
    # A hint to the relay may have been lost.
    relay.hand_on()
    chat_sending.send_due()


@shared_task(name=chats.ANSWER)
def answer_chats() -> None:
    slack_inbox.answer_due()
    chat_inbox.answer_due()


@shared_task(name="integrations.sweep_chats")
def sweep_chats() -> None:
    chat_sweeps.sweep(engine.now())


@shared_task(name=chats.FOLLOW)
def work_slack() -> None:
    slack_work.work_due()
