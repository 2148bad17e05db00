"""The account whose lists are asked for; runs inside of `manage.py shell`."""

import json
import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import keys, tenancy
from accounts.models import Account, Membership, Team, User
from accounts.permissions import Actor
from incidents import actions, engine
from incidents.models import Alert, Incident, Notification, Service
from tests import factories

SERVICES, TEAMS, PEOPLE, KEYS = 1000, 20, 200, 30
PAGES = (10, 100)


def make(name: str) -> None:
    """Make an account with one row of each kind; print its keys, ids and names."""
    at = engine.now()
    with tenancy.all_accounts():
        account = factories.account(name)
        people = _people(account)
        services = _services(account, people[0])
        incident = _one_of_each(account, services[0], people[0])
        made = {
            "account": account.pk,
            "people": [person.pk for person in people],
            "services": [service.pk for service in services],
            "keys": [
                keys.create(account, f"Key {n}", None, False, at)[1]
                for n in range(KEYS)
            ],
            "names": {
                "busy": services[0].public_id,
                "quiet": services[501].public_id,
                "team": account.teams.earliest("id").public_id,
                "user": people[0].public_id,
                "incident": incident.public_id,
                "entry": incident.timeline.earliest("id").public_id,
                "past": f"{at - timedelta(days=150):%Y-%m-%dT%H:%M:%SZ}",
                "later": f"{at - timedelta(days=120):%Y-%m-%dT%H:%M:%SZ}",
            },
        }
    _print(made)


def count(paths: Sequence[str], key: str) -> None:
    """Print how many queries each list asks for a short page and for a long one."""
    client = Client(
        headers={"host": "localhost", "authorization": f"Token token={key}"}
    )
    _print([[_queries(client, path, size) for size in PAGES] for path in paths])


def _queries(client: Client, path: str, size: int) -> int:
    limited = f"/api{path}{'&' if '?' in path else '?'}limit={size}"
    if "offset=" in path:
        limited = limited.replace("offset=9900", "offset=9000")
    client.get(limited)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(limited)
    if answer.status_code != 200:
        raise RuntimeError(f"{limited} answered {answer.content!r}")
    return len(captured)


def _people(account: Account) -> list[Membership]:
    users = User.objects.bulk_create(
        User(email=f"l{n}@{account.subdomain}.example", name=f"Person {n}")
        for n in range(PEOPLE)
    )
    people = Membership.across_accounts.bulk_create(
        Membership(account=account, user=user, role="responder") for user in users
    )
    for person in people:
        factories.contact(person, "email", person.user.email)
    return people


def _services(account: Account, person: Membership) -> list[Service]:
    teams = Team.across_accounts.bulk_create(
        Team(account=account, name=f"Team {n}") for n in range(TEAMS)
    )
    policies = [
        factories.policy(account, [person], name=f"Policy {n}", delay=60)
        for n in range(TEAMS)
    ]
    services = Service.across_accounts.bulk_create(
        Service(
            account=account,
            name=f"Service {n:04}",
            team=teams[n % TEAMS],
            escalation_policy=policies[n % TEAMS],
        )
        for n in range(SERVICES)
    )
    for service in services:
        factories.integration(service)
    return services


def _one_of_each(account: Account, service: Service, person: Membership) -> Incident:
    at = engine.now()
    incident = actions.open_incident(
        service,
        actor=Actor("web", person),
        at=at,
        title="Disk full",
        assignees=[person],
    )
    incident = actions.acknowledge(incident, actor=Actor("web", person), at=at)
    Alert.across_accounts.create(
        account=account,
        service=service,
        integration=service.integrations.get(),
        incident=incident,
        dedup_key="disk",
        summary="Disk full",
        occurred_at=at,
        last_event_at=at,
        created_at=at,
    )
    Notification.across_accounts.create(
        account=account,
        purpose="notice",
        membership=person,
        incident=incident,
        kind="email",
        address=person.user.email,
        status="delivered",
        planned_for=at,
        send_at=at,
        sent_at=at,
        created_at=at,
    )
    return incident


def _print(found: Any) -> None:
    sys.stdout.write(f"\n{json.dumps(found)}\n")
