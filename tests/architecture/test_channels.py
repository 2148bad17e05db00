"""Every kind of contact method has a channel, and every channel every message."""

import json
import pkgutil
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts import channels, contact_methods, notification_rules
from incidents import tellings
from integrations import channels as modules
from integrations.models import OutboxMessage
from integrations.push import keys
from tests.factories import NOON
from tests.fakes import push

MESSAGES: dict[type[channels.Message], dict[str, Any]] = {
    channels.Page: {
        "number": 1042,
        "title": "Checkout is down",
        "service": "Checkout",
        "urgency": "high",
        "status": "triggered",
        "link": "https://oncall.example/r/abc",
        "opened_at": NOON,
    },
    channels.Request: {
        "number": 1042,
        "title": "Checkout is down",
        "service": "Checkout",
        "requester": "Alice",
        "message": "You know the cache.",
        "link": "https://oncall.example/r/abc",
    },
    channels.Code: {"code": "314159"},
    channels.Test: {},
    channels.Notice: {"subject": "Nobody was reached", "lines": ("Look at it.",)},
}
KINDS = [channel.kind for channel in channels.every()]
TYPED = [channel.kind for channel in channels.every() if channel.is_typed]


def test_each_module_of_the_package_is_one_channel():
    assert sorted(KINDS) == sorted(
        m.name for m in pkgutil.iter_modules(modules.__path__)
    )


def test_every_kind_of_the_presets_has_a_channel():
    kinds = {kind for preset in notification_rules.PRESETS for kind, _ in preset.steps}

    assert kinds
    assert kinds <= set(KINDS)


def test_an_answer_by_each_channel_is_told_with_its_way():
    assert set(KINDS) <= set(tellings.WAYS)


def test_every_message_is_tried_here():
    # By name: a dataclass with slots is made twice.
    known = {message.__name__ for message in channels.Message.__subclasses__()}

    assert {message.__name__ for message in MESSAGES} == known


@pytest.mark.django_db
@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.__name__)
@pytest.mark.parametrize("kind", TYPED)
def test_every_channel_hands_over_every_message(kind, message, settings):
    settings.EMBEDDED = True
    settings.EMAIL_BACKEND = "integrations.outbox.EmailBackend"
    channel = channels.get(kind)
    address = "+12025550123" if channel.is_phone else "bob@acme.example"
    letter = message("f" * 32, "Acme", "Bob", **MESSAGES[message])

    sent = channel.send(address, letter)

    assert sent.id
    # Without a provider it waits in the local outbox, as it would have left.
    assert OutboxMessage.objects.filter(recipient=address).exists()


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.__name__)
def test_a_browser_is_handed_every_message(message, settings):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]
    letter = message("f" * 32, "Acme", "Bob", **MESSAGES[message])

    with push.serving() as service:
        browser = service.subscribe(keys.public())
        sent = channels.get("push").send(json.dumps(browser.subscription), letter)

    assert sent.id
    assert service.refusals == []
    assert browser.received[0].content["title"]


def test_a_kind_without_a_channel_fails_for_good():
    with pytest.raises(channels.PermanentFailure, match="no channel pigeon"):
        channels.get("pigeon")


@pytest.mark.django_db
def test_a_contact_method_without_a_channel_cannot_be_added(acme):
    with pytest.raises(ValidationError, match="cannot send"):
        contact_methods.clean_address(acme.account, "pigeon", "coo")
