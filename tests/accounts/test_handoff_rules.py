"""One's own hand-off rules, on the profile page."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts import handoff_rules
from accounts.models import HandOffRule
from accounts.onboarding import Refused
from accounts.permissions import Actor, NotPermitted
from tests import factories
from tests.factories import NOON


def rules(person) -> list[str]:
    return [handoff_rules.words(rule) for rule in person.membership.handoff_rules.all()]


def post(client, person, **fields):
    client.force_login(person.user)
    data = {
        "hours_ahead": "2",
        "when": "start",
        "contact_method": person.email.pk,
        **fields,
    }
    return client.post(reverse("handoff_rules"), data)


def test_a_rule_is_added_and_shown_as_a_sentence(acme, client):
    answer = post(client, acme.bob)

    assert answer["Location"] == "/me/#hand-offs"
    page = client.get("/me/").content.decode()
    assert "<strong>2 hours before a shift starts</strong>" in page
    assert acme.account.audit_entries.get().action == "added hand-off rule"


@pytest.mark.parametrize(
    ("hours", "when", "words"),
    [
        ("0", "start", "When a shift starts"),
        ("0", "end", "When a shift ends"),
        ("1", "end", "1 hour before a shift ends"),
        ("48", "start", "48 hours before a shift starts"),
    ],
)
def test_a_rule_reaches_from_the_moment_itself_to_two_days(
    acme, client, hours, when, words
):
    post(client, acme.bob, hours_ahead=hours, when=when)

    assert rules(acme.bob) == [words]


@pytest.mark.parametrize("hours", ["49", "-1", "soon", ""])
def test_other_times_are_refused_and_what_was_typed_stays(acme, client, hours):
    answer = post(client, acme.bob, hours_ahead=hours, when="end")

    assert answer.status_code == 200
    assert rules(acme.bob) == []
    assert '<option value="end" selected>' in answer.content.decode()


def test_the_database_refuses_more_than_two_days(acme):
    with pytest.raises(IntegrityError), transaction.atomic():
        acme.account.handoff_rules.create(
            membership=acme.bob.membership,
            contact_method=acme.bob.email,
            minutes_ahead=2881,
        )


def test_a_rule_twice_is_refused_in_words(acme, client):
    post(client, acme.bob)
    answer = post(client, acme.bob)

    assert "You already have this rule." in answer.content.decode()
    assert len(rules(acme.bob)) == 1


def test_neither_a_phone_nor_somebody_elses_address_is_offered(acme, client):
    phone = factories.contact(acme.bob.membership, "sms", "+4930123456")

    for method in (phone, acme.alice.email):
        assert post(client, acme.bob, contact_method=method.pk).status_code == 200

    assert rules(acme.bob) == []
    with pytest.raises(Refused, match="e-mail only"):
        handoff_rules.add(
            phone,
            when="start",
            minutes_ahead=60,
            actor=Actor("web", acme.bob.membership),
            at=NOON,
        )


def test_a_rule_is_removed_by_its_owner_alone(acme, client):
    post(client, acme.bob)
    rule = acme.bob.membership.handoff_rules.get()
    address = reverse("handoff_rule_remove", args=[rule.public_id])

    client.force_login(acme.alice.user)
    assert client.post(address).status_code == 404
    client.force_login(acme.bob.user)
    client.post(address)

    assert rules(acme.bob) == []


def test_a_responder_does_not_change_the_rules_of_others(acme):
    with pytest.raises(NotPermitted):
        handoff_rules.add(
            acme.alice.email,
            when="start",
            minutes_ahead=60,
            actor=Actor("web", acme.bob.membership),
            at=NOON,
        )


def test_members_from_before_get_the_usual_rule_once(acme):
    migration = import_module("accounts.migrations.0005_usual_hand_off_rules")
    factories.contact(acme.bob.membership, "email", "bob@private.example")

    for _ in range(2):
        migration._add(apps, connection.schema_editor())

    assert rules(acme.alice) == ["24 hours before a shift starts"]
    (rule,) = HandOffRule.across_accounts.filter(membership=acme.bob.membership)
    assert rule.contact_method == acme.bob.email
