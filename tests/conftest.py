"""The database of the tests, and the two accounts that they speak of."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from hypothesis import settings as hypothesis
from psycopg import sql

from accounts import tenancy
from accounts.models import Account, Membership
from incidents.models import Integration, Service
from oncall.models import EscalationPolicy, Schedule
from tests import factories
from tests.browsers import Visits

# How long an example takes says how busy the machine is, and nothing else.
hypothesis.register_profile("usual", deadline=None)
# Fifty times the default of 100 examples; property tests multiply what is set here.
hypothesis.register_profile("thorough", max_examples=5000, deadline=None)
hypothesis.load_profile("usual")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker) -> Iterator[None]:
    """Make a database as its owner; the tests themselves use the product's role."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"test_oncall_{worker}_{os.getpid()}"
    with django_db_blocker.unblock():
        _as_owner("DROP DATABASE IF EXISTS {}", name)
        _as_owner("CREATE DATABASE {}", name)
        for alias in ("default", "owner"):
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name
        call_command("migrate", verbosity=0)
        role = connections["default"].settings_dict["USER"]
        with connections["owner"].cursor() as cursor:
            # Tests of committed work empty the tables afterwards.
            cursor.execute(f'GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO "{role}"')
        connections["owner"].close()
    yield
    with django_db_blocker.unblock():
        connections["default"].close()
        # The server's own vacuum may still be in it, and only a superuser ends that.
        with suppress(psycopg.errors.InsufficientPrivilege):
            _as_owner("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _as_owner(statement: str, database: str) -> None:
    url = os.environ["DATABASE_OWNER_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(database)))


@pytest.fixture(autouse=True)
def _visits_end(request) -> Iterator[None]:
    """Close the windows that a test has opened, and let its last requests end."""
    if "live_server" not in request.fixturenames:
        yield
        return
    # Which empties the tables, after this.
    request.getfixturevalue("transactional_db")
    browser = None
    if "browser" in request.fixturenames:
        browser = request.getfixturevalue("browser")
    visits = Visits()
    yield
    for context in getattr(browser, "contexts", ()):
        context.close()
    visits.end()


@pytest.fixture(scope="session", autouse=True)
def _hashes_quickly() -> None:
    """Hash passwords cheaply, because every person of every test has one."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def _has_a_cache_of_its_own() -> None:
    """Keep apart what runs side by side on one Redis."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    settings.CACHES["default"]["KEY_PREFIX"] = worker


@pytest.fixture(autouse=True)
def _sees_every_account(request: pytest.FixtureRequest) -> None:
    """Let a test look everywhere; what it tests opens scopes of its own."""
    if "db" in request.fixturenames and "transactional_db" not in request.fixturenames:
        request.getfixturevalue("db")
        tenancy._name(tenancy.ALL)


@dataclass
class World:
    """An account, its people, and a service that pages them."""

    account: Account
    people: dict[str, factories.Person]
    policy: EscalationPolicy
    service: Service
    integration: Integration

    def __getattr__(self, name: str) -> factories.Person:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None


def _world(name: str, *people: tuple[str, str]) -> World:
    account = factories.account(name)
    made = {
        person.lower(): factories.person(account, person, role)
        for person, role in people
    }
    first, *others = [person.membership for person in made.values()]
    levels: list[list[Membership | Schedule]] = [[m] for m in (first, *others)]
    policy = factories.policy(account, *levels)
    service = factories.service(account, policy)
    return World(account, made, policy, service, factories.integration(service))


@pytest.fixture
def acme(db) -> World:
    """Acme: Alice owns it and is level 1 of Default, Bob responds at level 2."""
    return _world("Acme", ("Alice", "owner"), ("Bob", "responder"))


@pytest.fixture
def globex(db) -> World:
    """Globex: Mallory owns it, and must see nothing of Acme."""
    return _world("Globex", ("Mallory", "owner"))
