"""Schedules that run while a test does, and the addresses of their pages."""

from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from oncall.models import Override, Schedule
from tests import factories


def page(schedule: Schedule, name: str = "schedule") -> str:
    return reverse(name, args=[schedule.public_id])


def running(acme, *people: factories.Person, **fields) -> Schedule:
    """A schedule whose first person's week began an hour ago."""
    schedule = factories.schedule(acme.account, **fields)
    start = timezone.now() - timedelta(hours=1)
    factories.layer(
        schedule,
        *(person.membership for person in people),
        starts_at=start,
        rotation_virtual_start=start,
    )
    return schedule


def link(person: factories.Person) -> str:
    return reverse("person", args=[person.membership.public_id])


def override(acme, schedule: Schedule, start: int, end: int):
    now = timezone.now()
    return acme.account.schedule_overrides.create(
        schedule=schedule,
        membership=acme.bob.membership,
        starts_at=now + timedelta(hours=start),
        ends_at=now + timedelta(hours=end),
    )


def removal(made: Override) -> str:
    return reverse("override_remove", args=[made.schedule.public_id, made.public_id])


def shown(client: Client, schedule: Schedule, **query: str) -> str:
    """What the schedule's page says."""
    return client.get(page(schedule), query).content.decode()
