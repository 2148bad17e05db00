"""Whoever is paged is whom the API, the page and the calendar name at that instant."""

import random
import re
from datetime import datetime, time, timedelta

import pytest
from django.test import Client

from accounts import keys
from accounts.permissions import Actor
from incidents import actions
from oncall.models import Schedule
from tests import factories
from tests.conftest import World
from tests.factories import NOON

SEED = 20
INSTANTS = 15
HOUR = timedelta(hours=1)
# The first person of the board, or that there is none.
SHOWN = re.compile(r'class="(?:(nobody)"|person".*?href="/people/[^>]*>([^<]+)<)', re.S)


@pytest.fixture
def rota(acme) -> Schedule:
    """A rota with turns, working hours, overrides, a gap each night, in Berlin."""
    made = factories.schedule(acme.account, name="Rota")
    Schedule.across_accounts.filter(pk=made.pk).update(time_zone="Europe/Berlin")
    made.refresh_from_db()
    people = [person.membership for person in acme.people.values()]
    for position in (1, 2):
        layer = factories.layer(
            made, *people, position=position, turn_length=timedelta(days=position)
        )
        acme.account.schedule_restrictions.create(
            layer=layer,
            kind="daily",
            start_time=time(8, 0),
            duration=timedelta(hours=14 if position == 1 else 3),
        )
    dice = random.Random(SEED)  # noqa: S311
    for _ in range(12):
        start = NOON + dice.randrange(20 * 24) * HOUR
        acme.account.schedule_overrides.create(
            schedule=made,
            membership=dice.choice(people),
            starts_at=start,
            ends_at=start + dice.randrange(1, 9) * HOUR,
        )
    return made


def instants() -> list[datetime]:
    """Name instants over three weeks, on the hour and around it."""
    dice = random.Random(SEED)  # noqa: S311
    nudges = (timedelta(0), timedelta(seconds=-1), timedelta(minutes=13))
    return [
        NOON + dice.randrange(20 * 24) * HOUR + dice.choice(nudges)
        for _ in range(INSTANTS)
    ]


def paged(world: World, at: datetime) -> str:
    actor = Actor("web", world.alice.membership)
    incident = actions.open_incident(world.service, actor=actor, at=at, title="Down")
    names = [row.membership.name for row in incident.assignments.all()]
    return ", ".join(names)


def named_by_the_api(secret: str) -> str:
    answer = Client().get(
        "/api/oncalls", headers={"authorization": f"Token token={secret}"}
    )
    return ", ".join(one["user"]["summary"] for one in answer.json()["oncalls"])


def named_by_the_page(browser: Client) -> str:
    page = browser.get("/on-call/").content.decode()
    nobody, link = SHOWN.search(page).groups()  # type: ignore[union-attr]
    return "" if nobody else link


@pytest.mark.promise(20)
def test_the_pager_and_every_view_agree_at_random_instants(acme, rota, time_machine):
    policy = factories.policy(acme.account, [rota], name="Rota")
    acme.account.services.update(escalation_policy=policy)
    acme.policy.delete()
    acme.service.refresh_from_db()
    _key, secret = keys.create(acme.account, "Views", None, True, NOON)
    seen = set()
    for at in instants():
        time_machine.move_to(at, tick=False)
        browser = Client()
        browser.force_login(acme.alice.user)
        person = paged(acme, at)
        seen.add(person)
        assert named_by_the_api(secret) == person, at
        assert named_by_the_page(browser) == person, at
    assert seen == {"", "Alice", "Bob"}, "the instants should show each of them"
