"""Every address of the API asks who you are, and knows nothing of another account."""

import itertools
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.utils import timezone

from accounts.models import ApiKey
from integrations.api import sessions
from integrations.api.urls import urlpatterns
from integrations.extensions import schemas
from tests import factories
from tests.architecture.furnish import furnish
from tests.architecture.test_routes import changed, everything, undone
from tests.conftest import World
from tests.factories import NOON
from tests.integrations.api.conftest import Api, key

METHODS = ("get", "post", "put", "delete")


def _someone(world: World) -> Any:
    return list(world.people.values())[-1].membership


def _session(world: World) -> UserSession:
    """Let somebody be signed in."""
    user = _someone(world).user
    if found := UserSession.objects.filter(user=user).first():
        return found
    store = SessionStore()
    store[SESSION_KEY] = user.pk
    store.save()
    return UserSession.objects.create(
        user=user, ip="192.0.2.7", session_key=store.session_key, user_agent="Firefox"
    )


def _extension(world: World) -> Any:
    """Let a service have a receiver besides its people."""
    every = {"account": world.account, "created_at": NOON}
    made, is_new = world.account.extensions.get_or_create(
        name="Chat",
        schema="generic_webhook",
        endpoint_url="https://hooks.example/chat",
        defaults=every,
    )
    if is_new:
        world.account.extended_services.create(extension=made, service=world.service)
    return made


def _webhook(world: World) -> Any:
    """Let somebody hear of everything."""
    every = {
        "account": world.account,
        "created_at": NOON,
        "events": ["incident.resolved"],
    }
    url = "https://hooks.example/all"
    return world.account.webhook_subscriptions.get_or_create(url=url, defaults=every)[0]


def _channel(world: World) -> Any:
    """Let the incident have a channel of Slack to itself."""
    account = world.account
    every = {"workspace": account.slack_workspaces.get(), "asked_at": NOON}
    return account.incident_channels.get_or_create(
        incident=account.incidents.earliest("id"), defaults={**every, "name": "war"}
    )[0]


def _delegation(world: World) -> Any:
    """Let an app act for somebody."""
    both = {"account": world.account, "created_at": NOON}
    return _someone(world).delegations.get_or_create(
        app=world.account.apps.get(), defaults={**both, "granted_by": _someone(world)}
    )[0]


# What an id in an address names, by the words before it.
IDS: dict[str, Callable[[World], str]] = {
    "connections": lambda w: w.account.extensions.get(schema="slack").public_id,
    "contact_methods": lambda w: (
        _someone(w).contact_methods.get(kind="email").public_id
    ),
    "alert_grouping_settings": lambda w: w.service.public_id,
    "browser": lambda w: sessions.id_of(_session(w)),
    "change_events": lambda w: w.account.change_events.get().public_id,
    "alerts": lambda w: w.account.alerts.get().public_id,
    "extensions": lambda w: _extension(w).public_id,
    "oauth_delegations": lambda w: _delegation(w).public_id,
    "webhook_subscriptions": lambda w: _webhook(w).public_id,
    "incidents": lambda w: w.account.incidents.earliest("id").public_id,
    "log_entries": lambda w: w.account.timeline_entries.latest("id").public_id,
    "escalation_policies": lambda w: w.policy.public_id,
    "integrations": lambda w: w.integration.public_id,
    "maintenance_windows": lambda w: w.account.maintenance_windows.get().public_id,
    "notification_rules": lambda w: _someone(w).notification_rules.first().public_id,
    "oncall_handoff_notification_rules": lambda w: (
        _someone(w).handoff_rules.get(minutes_ahead=60).public_id
    ),
    "notes": lambda w: w.account.timeline_entries.get(verb="add_note").public_id,
    "overrides": lambda w: w.account.schedule_overrides.get().public_id,
    "services": lambda w: w.service.public_id,
    "schedules": lambda w: w.account.schedules.get().public_id,
    "status_update_notification_rules": lambda w: (
        _someone(w).status_update_rules.first().public_id
    ),
    "tags": lambda w: w.account.tags.get().public_id,
    "teams": lambda w: w.account.teams.get().public_id,
    "users": lambda w: _someone(w).public_id,
    "workspaces": lambda w: w.account.slack_workspaces.get().team_id,
}
WORDS = {
    "abilities": "teams",
    "extension_schemas": schemas.every()[0].public_id,
    "vendors": "PVZABBIX",
}
GAP = re.compile(r"(\w+)/<str:\w+>")
TEMPLATES = [str(pattern.pattern) for pattern in urlpatterns]


def filled(template: str, *worlds: World) -> str:
    """Fill each id from the world at its place. Raises LookupError for a new one."""
    owners = iter(worlds)

    def fill(gap: re.Match[str]) -> str:
        name = gap[1]
        if name in WORDS:
            return f"{name}/{WORDS[name]}"
        if name not in IDS:
            raise LookupError(f"What may stand for {gap[0]}? Say so in IDS.")
        return f"{name}/{IDS[name](next(owners))}"

    return "/" + GAP.sub(fill, template)


def ids(template: str) -> int:
    return sum(name not in WORDS for name in GAP.findall(template))


def calls(caller: Api, address: str) -> Iterator[tuple[str, Any]]:
    """Call an address by each method, and undo it."""
    for method in METHODS:
        with undone():
            yield method, caller.call(method, address, {})


def owners(world: World) -> Api:
    """The key of somebody who may do everything; some things ask for a person."""
    return key(world.account, next(iter(world.people.values())).membership)


def settle() -> None:
    """Let no key be noted as used: that is no change, and comes once a minute."""
    tomorrow = timezone.now() + timedelta(days=1)
    ApiKey.across_accounts.update(last_used_at=tomorrow)


@pytest.fixture
def furnished(acme, globex) -> tuple[World, World]:
    for world in (acme, globex):
        furnish(world)
        email = _someone(world).contact_methods.get(kind="email")
        for make in (_session, _extension, _webhook, _channel, _delegation):
            make(world)
        world.service.grouping = "time"
        world.service.save()
        _someone(world).status_update_rules.get_or_create(
            account=world.account, contact_method=email
        )
        incident = world.account.incidents.earliest("id")
        incident.timeline.create(
            account=world.account, verb="add_note", via="web", at=NOON
        )
        _someone(world).handoff_rules.create(
            account=world.account, contact_method=email, minutes_ahead=60
        )
    return acme, globex


def test_the_table_knows_how_to_fill_every_address(furnished):
    acme, _globex = furnished
    assert len(TEMPLATES) > 10
    for template in TEMPLATES:
        assert "<" not in filled(template, *[acme] * ids(template))


def test_a_stranger_is_refused_everywhere(furnished):
    acme, _globex = furnished
    for template in TEMPLATES:
        address = filled(template, *[acme] * ids(template))
        for method in METHODS:
            assert getattr(Client(), method)(f"/api{address}").status_code == 401


def test_an_id_of_another_account_is_not_found(furnished):
    acme, globex = furnished
    caller = owners(acme)
    settle()
    before, wrong = everything(), []
    for template in TEMPLATES:
        # Theirs at one place and ours at the others, too.
        for worlds in itertools.product((acme, globex), repeat=ids(template)):
            if globex not in worlds:
                continue
            address = filled(template, *worlds)
            for method, answer in calls(caller, address):
                if answer.status_code not in (404, 405) or changed(before):
                    wrong.append((method, address, answer.status_code))

    assert not wrong, "\n".join(map(str, wrong))


def test_an_id_of_ones_own_account_is_found(furnished):
    """Else the test above would pass for addresses that lead nowhere."""
    acme, _globex = furnished
    caller = owners(acme)
    for template in (template for template in TEMPLATES if ids(template)):
        address = filled(template, *[acme] * ids(template))
        found = [answer.status_code for _method, answer in calls(caller, address)]
        assert set(found) != {405}
        assert 404 not in found, address


def test_reading_changes_nothing(furnished):
    acme, _globex = furnished
    caller = key(acme.account)
    settle()
    before = everything()
    for template in TEMPLATES:
        caller.get(filled(template, *[acme] * ids(template)))
        assert changed(before) == [], template


@pytest.mark.parametrize("role", ["observer", "read-only key"])
def test_who_may_only_look_changes_nothing(furnished, role):
    acme, _globex = furnished
    olga = factories.person(acme.account, "Olga", "observer").membership
    caller = key(acme.account, olga)
    if role == "read-only key":
        caller = key(acme.account, read_only=True)
    settle()
    before, wrong = everything(), []
    for template in TEMPLATES:
        address = filled(template, *[acme] * ids(template))
        for method, answer in calls(caller, address):
            may_not = method == "get" or answer.status_code in (400, 403, 405)
            if not may_not or changed(before):
                wrong.append((method, address, answer.status_code))

    assert not wrong, "\n".join(map(str, wrong))
