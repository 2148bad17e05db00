"""Whoever cannot be reached is passed over; if that is everybody, it is said."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.permissions import Actor
from incidents import actions, delivery, engine, intake
from incidents.models import Incident
from oncall.models import EscalationPolicy
from tests import factories
from tests.conftest import World
from tests.factories import NOON

RED = re.compile(r'class="notice tone-triggered".*?</div>', re.DOTALL)


def without_methods(world: World) -> EscalationPolicy:
    silent = factories.person(world.account, "Silent")
    silent.email.delete()
    return factories.policy(world.account, [silent.membership], name="Mute")


def with_an_empty_schedule(world: World) -> EscalationPolicy:
    return factories.policy(
        world.account, [factories.schedule(world.account)], name="Empty"
    )


def without_levels(world: World) -> EscalationPolicy:
    return factories.policy(world.account, name="Nothing")


def with_unconfirmed_addresses(world: World) -> EscalationPolicy:
    new = factories.person(world.account, "New")
    new.email.delete()
    factories.contact(new.membership, "email", "new@acme.example", verified=False)
    return factories.policy(world.account, [new.membership], name="Unconfirmed")


NOBODY = [
    without_methods,
    with_an_empty_schedule,
    without_levels,
    with_unconfirmed_addresses,
]


def triggered(world: World, policy: EscalationPolicy) -> Incident:
    service = factories.service(world.account, policy, name=policy.name)
    key = factories.integration(service).key
    body = {"summary": "Down", "source": "host", "severity": "critical"}
    intake.receive(key, "trigger", "down", body, at=NOON)
    intake.process(NOON)
    return world.account.incidents.get(service=service)


@pytest.mark.promise(9)
@pytest.mark.parametrize("nobody", NOBODY)
def test_nobody_reached_is_told_to_the_owners_and_shown_in_red(
    acme, nobody, mailbox, client
):
    incident = triggered(acme, nobody(acme))

    assert incident.status == "triggered"
    assert incident.unreached_at == NOON
    delivery.deliver_due(now=lambda: NOON)
    (mail,) = mailbox.mails
    assert mail["To"] == "alice@acme.example"
    assert "Nobody could be paged" in mail["Subject"]
    client.force_login(acme.alice.user)
    page = client.get(reverse("incident", args=[incident.number]))
    (notice,) = RED.findall(page.content.decode())
    assert "Nobody could be paged" in notice


@pytest.mark.promise(9)
@pytest.mark.parametrize("nobody", NOBODY)
def test_the_owners_are_told_once_and_whoever_comes_is_paged(acme, nobody, mailbox):
    policy = nobody(acme)
    incident = triggered(acme, policy)
    for minutes in (5, 10, 15):
        engine.tick(NOON + timedelta(minutes=minutes))
    assert incident.notifications.filter(purpose="alarm").count() == 1

    actions.reassign(
        incident,
        actor=Actor("web", acme.alice.membership),
        at=NOON + timedelta(minutes=16),
        people=[acme.bob.membership],
    )

    incident.refresh_from_db()
    assert incident.unreached_at is None
    page = incident.notifications.get(purpose="page")
    assert page.membership == acme.bob.membership


@pytest.mark.promise(9)
@pytest.mark.parametrize("nobody", NOBODY)
def test_an_empty_level_is_skipped_at_once(acme, nobody):
    empty = nobody(acme)
    rules = acme.account.escalation_rules
    last = rules.filter(policy=empty).count() + 1
    level = rules.create(policy=empty, level=last, delay_minutes=30)
    acme.account.escalation_targets.create(rule=level, membership=acme.bob.membership)

    incident = triggered(acme, empty)

    assert incident.level == last
    assert incident.notifications.get().membership == acme.bob.membership
    skipped = incident.timeline.filter(verb="level_skipped")
    assert skipped.count() == last - 1


@pytest.mark.promise(9, 10)
def test_a_low_urgency_page_that_cannot_be_delivered_is_not_silent(acme, mailbox):
    acme.account.services.update(urgency_rule="low")
    acme.service.refresh_from_db()
    incident = actions.open_incident(
        acme.service, actor=Actor("web", acme.bob.membership), at=NOON, title="Down"
    )
    mailbox.at_data = "550 No such user"
    delivery.deliver_due(now=lambda: NOON)
    mailbox.at_data = ""

    at = NOON + timedelta(seconds=1)
    engine.tick(at)
    delivery.deliver_due(now=lambda: at)

    incident.refresh_from_db()
    assert incident.unreached_at or incident.notifications.filter(status="sent")
    assert mailbox.mails, "somebody is told"
