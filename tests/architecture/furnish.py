"""Gives an account at least one row in every table that accounts have rows in."""

from datetime import timedelta
from typing import Any

from accounts import keys
from accounts.models import Account, Invitation, Team
from accounts.permissions import Actor
from incidents import heartbeats, maintenance
from incidents.models import (
    Alert,
    Incident,
    Notification,
    Responder,
    ResponderRequest,
    StatusUpdate,
    Subscriber,
)
from integrations import app_calls, app_secrets
from integrations.extensions import changes as extensions
from integrations.extensions import generic_webhook
from integrations.models import (
    AccessToken,
    App,
    Grant,
    IDToken,
    OutboxMessage,
    RefreshToken,
)
from integrations.webhooks import subscriptions
from oncall import feeds, snapshots
from oncall.models import Schedule
from tests import chats, factories
from tests.conftest import World
from tests.factories import NOON

CODE = "271828"
SOON = NOON + timedelta(days=1)


def furnish(world: World) -> None:
    """Fill every tenant table; `test_tenancy` says so when one was forgotten."""
    team = _team(world)
    schedule = _schedule(world, team)
    world.account.escalation_targets.create(
        rule=world.account.escalation_rules.latest("level"), schedule=schedule
    )
    _tag(world)
    _ways_in(world, team)
    _handoffs(world, schedule)
    incident = _incident(world)
    _helpers(world, incident)
    _second_integration(world)
    _received(world)
    _heartbeat(world)
    _maintenance(world)
    world.service.suppression_rules.create(
        account=world.account,
        name="Staging",
        conditions=[{"field": "source", "operator": "contains", "value": "staging"}],
    )
    _notifications(world, incident)
    _app(world)
    _webhooks(world)
    _chats(world, incident)


def _first(world: World) -> Any:
    return next(iter(world.people.values()))


def _team(world: World) -> Team:
    team = world.account.teams.create(name="Payments")
    membership = _first(world).membership
    world.account.team_memberships.create(team=team, membership=membership)
    return team


def _tag(world: World) -> None:
    tag = world.account.tags.create(label="Payments")
    taggings = world.account.taggings
    # Of one thing each.
    taggings.create(tag=tag, policy=world.policy)
    taggings.create(tag=tag, membership=_first(world).membership)
    taggings.create(tag=tag, team=world.account.teams.earliest("id"))


def _schedule(world: World, team: Team) -> Schedule:
    membership = _first(world).membership
    schedule = factories.schedule(world.account, membership, team=team)
    world.account.schedule_restrictions.create(
        layer=schedule.layers.get(),
        kind="daily",
        start_time="09:00",
        duration=timedelta(hours=8),
    )
    world.account.schedule_overrides.create(
        schedule=schedule, membership=membership, starts_at=NOON, ends_at=SOON
    )
    schedule.versions.create(
        account=world.account,
        number=2,
        effective_at=NOON,
        created_at=NOON,
        created_by=membership,
        snapshot=snapshots.take(schedule),
    )
    return schedule


def _ways_in(world: World, team: Team) -> None:
    account, person = world.account, _first(world)
    Invitation.across_accounts.create(
        account=account,
        email="carol@example.com",
        team=team,
        token_digest=f"{account.pk:064}",
        invited_by=person.membership,
        expires_at=SOON,
    )
    # This writes an audit entry too.
    keys.create(account, "Terraform", None, False, NOON)
    browser = factories.contact(person.membership, "push", "Chrome on Linux 3f9a1c")
    account.status_update_rules.create(
        membership=person.membership, contact_method=browser
    )
    account.push_subscriptions.create(
        contact_method=browser,
        endpoint=f"https://push.example/{account.subdomain}",
        p256dh="B" * 87,
        auth="A" * 22,
        browser="Chrome on Linux",
    )
    account.verifications.create(
        contact_method=person.email, code_digest="c0de" * 16, expires_at=SOON
    )


def _handoffs(world: World, schedule: Schedule) -> None:
    """Add a notice of a hand-off by a rule, and a calendar that shows it."""
    person = _first(world)
    mine: dict[str, Any] = {
        "membership": person.membership,
        "contact_method": person.email,
    }
    rule = world.account.handoff_rules.create(**mine)
    world.account.handoffs.create(
        schedule=schedule,
        rule=rule,
        when=rule.when,
        minutes_ahead=rule.minutes_ahead,
        boundary_at=SOON,
        due_at=NOON,
        **mine,
    )
    actor = Actor("web", person.membership)
    feeds.create(person.membership, schedule, actor=actor, at=NOON)


def _incident(world: World) -> Incident:
    account, membership = world.account, _first(world).membership
    incident = account.incidents.create(
        # A number that no other account has.
        number=account.pk * 1000 + 1,
        title="Checkout is down",
        service=world.service,
        priority=account.priorities.first(),
        created_at=NOON,
        changed_at=NOON,
    )
    rows = {"account": account, "incident": incident, "at": NOON}
    incident.assignments.create(membership=membership, **rows)
    incident.acknowledgements.create(membership=membership, **rows)
    incident.timeline.create(verb="trigger", via="web", **rows)
    alert = Alert.across_accounts.create(
        account=account,
        service=world.service,
        integration=world.integration,
        incident=incident,
        dedup_key="db-7",
        summary="Checkout is down",
        occurred_at=NOON,
        last_event_at=NOON,
        created_at=NOON,
    )
    world.integration.events.create(
        account=account,
        action="trigger",
        dedup_key="db-7",
        body={"summary": "Checkout is down", "custom_details": {"disk": "91 %"}},
        received_at=NOON,
        processed_at=NOON,
        outcome="opened",
        alert=alert,
    )
    return incident


def _helpers(world: World, incident: Incident) -> None:
    """Ask somebody to help, and keep them informed."""
    person = _first(world).membership
    both = {"account": world.account, "incident": incident}
    request = ResponderRequest.across_accounts.create(requester=person, at=NOON, **both)
    Responder.across_accounts.create(
        request=request, membership=person, asked_at=NOON, **both
    )
    team = world.account.teams.first()
    for who in ({"membership": person}, {"team": team}):
        Subscriber.across_accounts.create(created_at=NOON, **who, **both)
    StatusUpdate.across_accounts.create(sender=person, message="On it", at=NOON, **both)


def _second_integration(world: World) -> None:
    """Add one without alerts, so that another's alert may claim it but for the wall."""
    factories.integration(world.service, "Second")


def _received(world: World) -> None:
    """Leave a change, and a body as it came."""
    both = {"account": world.account, "received_at": NOON}
    world.service.change_events.create(
        summary="Deployed 1.2", occurred_at=NOON, integration=world.integration, **both
    )
    world.integration.payloads.create(
        body={"summary": "Checkout is down"}, outcome="accepted", **both
    )


def _heartbeat(world: World) -> None:
    heartbeats.create(
        world.service,
        actor=Actor("web"),
        at=NOON,
        name=f"Nightly backup of {world.account.name}",
        interval=timedelta(days=1),
        grace=timedelta(hours=1),
    )


def _maintenance(world: World) -> None:
    maintenance.plan(
        world.account,
        actor=Actor("web"),
        at=NOON,
        services=[world.service],
        starts_at=SOON,
        ends_at=SOON + timedelta(hours=1),
        repeats="weekly",
    )


def _notifications(world: World, incident: Incident) -> None:
    person = _first(world)
    both = {
        "account": world.account,
        "membership": person.membership,
        "contact_method": person.email,
        "kind": "email",
        "planned_for": NOON,
        "send_at": NOON,
        "created_at": NOON,
    }
    page = Notification.across_accounts.create(
        purpose="page", incident=incident, status="failed", failed_at=NOON, **both
    )
    _outbox(world, page.token)
    Notification.across_accounts.create(
        purpose="code", content={"code": CODE}, status="sent", **both
    )


def _outbox(world: World, token: str) -> None:
    """Leave a mail, a text and a call of the account in the local outbox."""
    Account.objects.filter(pk=world.account.pk).update(is_demo=True)
    for kind in ("email", "sms", "call"):
        OutboxMessage.objects.create(
            kind=kind,
            sender="oncall",
            recipient=_first(world).email.address,
            text="Checkout is down",
            parameters={"token": token, "sid": f"CA{token}"},
        )


def _app(world: World) -> None:
    account, person = world.account, _first(world)
    app = App.objects.create(
        account=account,
        name="Monitoring Inc",
        redirect_uris="https://monitoring.example/callback",
        client_type=App.CLIENT_CONFIDENTIAL,
        authorization_grant_type=App.GRANT_AUTHORIZATION_CODE,
        client_secret=f"client-secret-of-{account.subdomain}",
    )
    account.connections.create(
        app=app, integration=world.integration, connected_by=person.membership
    )
    app_secrets.add(app, actor=Actor("operator"), at=NOON)
    app_calls.record(app, account=account, at=NOON, call="token", status=200, detail="")
    delegation = account.delegations.create(
        app=app,
        membership=person.membership,
        granted_by=person.membership,
        created_at=NOON,
    )
    whose = {"account": account, "user": person.user, "application": app}
    held = {"delegation": delegation, **whose}
    Grant.objects.create(
        code=f"grant-code-{account.pk}",
        expires=SOON,
        redirect_uri=app.redirect_uris,
        **held,
    )
    access = AccessToken.objects.create(
        token=f"access-token-{account.pk}", expires=SOON, **held
    )
    RefreshToken.objects.create(
        token=f"refresh-token-{account.pk}",
        access_token=access,
        expires_at=SOON,
        window_ends_at=SOON,
        **held,
    )
    IDToken.objects.create(expires=SOON, **whose)


def _webhooks(world: World) -> None:
    """Make a webhook that was sent something, and one of an extension."""
    by: dict[str, Any] = {"actor": Actor("web", _first(world).membership), "at": NOON}
    url = f"https://hooks.example/{world.account.subdomain}"
    values = {"url": url, "events": ["incident.triggered"]}
    webhook, _secret = subscriptions.create(world.account, values=values, **by)
    world.account.outbox.create(verb="trigger", at=NOON)
    subscriptions.ping(webhook, **by)
    extensions.create(
        world.account,
        generic_webhook.SCHEMA,
        extensions.Values(name="Our bus", endpoint_url=url, services=(world.service,)),
        **by,
    )


def _chats(world: World, incident: Incident) -> None:
    """Show an incident in a room of a chat, from which somebody asked something."""
    account = world.account
    workspace = chats.workspace(account)
    room = chats.room(account, workspace=workspace)
    chats.extension(room, scope="team", team=account.teams.first())
    message = account.chat_messages.create(
        room=room, incident=incident, message_id="1.2", created_at=NOON
    )
    entry = incident.timeline.latest("pk")
    account.chat_lines.create(message=message, entry_id=entry.pk, text="Hello", at=NOON)
    account.chat_users.create(
        place=workspace.place,
        user_id="U1",
        membership=_first(world).membership,
        created_at=NOON,
    )
    account.chat_requests.create(
        kind="slack",
        workspace=workspace,
        digest=f"{account.pk:064}",
        door="event",
        received_at=NOON,
    )
    # One that has no channel yet, for each has only one.
    account.incidents.create(
        number=account.pk * 1000 + 2,
        title="Search is down",
        service=world.service,
        created_at=NOON,
        changed_at=NOON,
    )
    account.incident_channels.create(
        incident=incident, workspace=workspace, name="inc-1", asked_at=NOON
    )
    # It is either of a schedule or of a level.
    for kind, source in (
        ("topic", {"schedule": account.schedules.first()}),
        ("group", {"policy": account.escalation_policies.first(), "level": 1}),
    ):
        account.mirrors.create(
            workspace=workspace,
            kind=kind,
            target_id=f"C{account.pk:06}",
            target_name="incidents",
            template="On call: {names}",
            created_at=NOON,
            **source,
        )
