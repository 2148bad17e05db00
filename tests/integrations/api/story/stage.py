"""What people, tools and partners did before the story begins."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from accounts.permissions import Actor
from incidents import actions
from integrations.models import App
from tests import chats
from tests.conftest import World


def set_up(world: World) -> None:
    """Let tools report, Bob open an incident, sign in, and trust an app."""
    _report(world)
    _deploy(world)
    actor = Actor("web", world.bob.membership)
    title = "Checkout is down"
    actions.open_incident(world.service, actor=actor, at=timezone.now(), title=title)
    _sign_in(world)
    _trust(world)
    _page(world)
    _chat(world)


def _report(world: World) -> None:
    now = timezone.now()
    incident = actions.open_incident(
        world.service, actor=Actor("api"), at=now, title="Disk full on db-1"
    )
    for key in ("disk-1", "disk-2"):
        incident.alerts.create(
            account=world.account,
            service=world.service,
            integration=world.integration,
            dedup_key=key,
            summary=incident.title,
            severity="critical",
            details={"disk": "91 %"},
            occurred_at=now,
            last_event_at=now,
            created_at=now,
        )


def _deploy(world: World) -> None:
    at = timezone.now() - timedelta(minutes=5)
    world.service.change_events.create(
        account=world.account,
        integration=world.integration,
        summary="Deployed shop 1.2",
        source="ci-7",
        details={"commit": "1d0e2c"},
        links=[{"href": "https://ci.acme.example/7", "text": "Build 7"}],
        occurred_at=at,
        received_at=at,
    )


def _sign_in(world: World) -> None:
    for agent in ("Firefox on Linux", "Safari on macOS"):
        browser = Client()
        browser.force_login(world.bob.user)
        UserSession.objects.create(
            user=world.bob.user,
            ip="192.0.2.7",
            session_key=browser.session.session_key,
            user_agent=agent,
        )


def _trust(world: World) -> None:
    app = App.objects.create(
        account=world.account,
        name="Lighthouse",
        client_id="lighthouse",
        redirect_uris="https://lighthouse.example/callback",
        authorization_grant_type="authorization-code",
        client_type="confidential",
    )
    now = timezone.now()
    world.account.delegations.create(
        app=app, membership=world.bob.membership, scope="users.read", created_at=now
    )


def _page(world: World) -> None:
    at = timezone.now()
    world.account.notifications.update(status="sent", sent_at=at)


def _chat(world: World) -> None:
    workspace = chats.workspace(world.account, team_id="T0ACME")
    room = chats.room(world.account, workspace=workspace)
    incident = world.account.incidents.order_by("id")[0]
    room.messages.create(
        account=world.account, incident=incident, created_at=timezone.now()
    )
