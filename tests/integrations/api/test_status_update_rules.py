"""Rules for status updates over the API, and that updates go where they say."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.permissions import Actor
from incidents import actions, status_updates
from incidents.models import Notification
from tests import factories
from tests.integrations.api.conftest import errors, key

ROOT = "status_update_notification_rule"


@pytest.fixture
def phone(acme):
    return factories.contact(acme.bob.membership, "sms", "+4915123456789")


def path(person) -> str:
    return f"/users/{person.membership.public_id}/{ROOT}s"


def rule(method):
    reference = {"id": method.public_id, "type": "sms_contact_method_reference"}
    return {ROOT: {"contact_method": reference}}


@pytest.fixture
def made(api, acme, phone):
    return api.post(path(acme.bob), rule(phone)).json()[ROOT]


def told(acme) -> list[str]:
    """By which kinds Bob is told of a status update."""
    by: Any = {"actor": Actor("web", acme.alice.membership), "at": timezone.now()}
    incident = actions.open_incident(acme.service, title="Down", **by)
    status_updates.subscribe(incident, people=[acme.bob.membership], **by)
    status_updates.post(incident, message="We are on it", **by)
    notices = incident.notifications.filter(purpose=Notification.Purpose.NOTICE)
    return sorted(notices.values_list("kind", flat=True))


def test_a_rule_is_made_shown_and_removed(api, acme, phone, made):
    assert made["contact_method"]["id"] == phone.public_id
    assert made["self"].endswith(f"{path(acme.bob)}/{made['id']}")
    assert api.get(path(acme.bob)).json()[f"{ROOT}s"] == [made]
    one = f"{path(acme.bob)}/{made['id']}"
    full = api.get(one, **{"include[]": "contact_methods"}).json()
    assert full["notification_rule"]["contact_method"]["label"]
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404


def test_updates_go_by_the_rules_and_else_by_mail(api, acme, made):
    assert told(acme) == ["sms"]
    api.delete(f"{path(acme.bob)}/{made['id']}")
    assert told(acme) == ["email"]


def test_a_rule_for_what_cannot_be_paged_keeps_the_mail(acme, api):
    phone = factories.contact(
        acme.bob.membership, "sms", "+4915123456780", verified=False
    )
    assert api.post(path(acme.bob), rule(phone)).status_code == 201

    assert not phone.may_be_paged
    assert told(acme) == ["email"]


def test_a_rule_moves_to_another_contact_method(api, acme, made):
    body = rule(acme.bob.email)

    changed = api.put(f"{path(acme.bob)}/{made['id']}", body).json()[ROOT]

    assert changed["id"] == made["id"]
    assert changed["contact_method"]["id"] == acme.bob.email.public_id


def test_a_double_and_a_strangers_method_are_refused(api, acme, phone, made):
    double = api.post(path(acme.bob), rule(phone))
    other = api.post(path(acme.alice), rule(phone))
    none = api.post(path(acme.bob), {ROOT: {}})

    assert [a.status_code for a in (double, other, none)] == [400, 400, 400]
    assert "already" in errors(double)[0]
    assert acme.account.status_update_rules.count() == 1


def test_others_change_nothing(acme, stranger, phone, made):
    rita = key(acme.account, factories.person(acme.account, "Rita").membership)
    one = f"{path(acme.bob)}/{made['id']}"

    assert rita.delete(one).status_code == 403
    assert rita.post(path(acme.bob), rule(acme.bob.email)).status_code == 403
    assert stranger.get(one).status_code == 404
