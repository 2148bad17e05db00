"""What is done to extensions, whoever does it, and who may."""

from dataclasses import replace

import pytest
from django.utils import timezone

from integrations.extensions import changes, values
from integrations.extensions.changes import Refused
from integrations.extensions.values import Values
from integrations.models import ChatMessage, Room, WebhookSubscription
from tests import chats, factories
from tests.integrations.extensions.setting_up import (
    bus,
    by,
    fresh,
    made,
    schema,
)


@pytest.fixture
def team(acme):
    """Payments, of which Bob is a manager, with a service of its own."""
    team = acme.account.teams.create(name="Payments")
    acme.account.team_memberships.create(
        team=team, membership=acme.bob.membership, part="manager"
    )
    return team


@pytest.fixture
def card(acme, team):
    return factories.service(acme.account, acme.policy, "Cards", team=team)


def listens(world) -> bool:
    world.account.refresh_from_db()
    return world.account.has_listeners


# What it is made of


def test_all_of_it_is_kept(acme):
    priority = acme.account.priorities.first().public_id

    extension = made(
        acme,
        name="  Ops  ",
        urgency="high",
        priorities=(priority,),
        updates=("resolved", "acknowledged"),
        anybody_may_act=True,
        takes_notes=True,
    )

    found = fresh(extension)
    assert (found.name, found.urgency) == ("Ops", "high")
    assert found.priorities == [priority]
    # In their usual order.
    assert found.updates == ["acknowledged", "resolved"]
    assert found.anybody_may_act
    assert found.takes_notes
    assert values.of(found) == replace(values.of(extension), name="Ops")


def test_notes_need_a_thread(acme):
    extension = made(acme, has_thread=False, takes_notes=True)

    assert not extension.takes_notes


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"name": " "}, "a name"),
        ({"name": "x" * 101}, "a name"),
        ({"services": ()}, "at least one service"),
        ({"scope": "team"}, "Choose a team"),
        ({"scope": "world"}, "whose incidents"),
        ({"urgency": "panic"}, "urgency"),
        ({"updates": ("gossip",)}, "updates"),
        ({"priorities": ("PNONE",)}, "priority"),
    ],
)
def test_what_cannot_be_is_refused(acme, more, words):
    with pytest.raises(Refused, match=words):
        made(acme, **more)


def test_a_room_of_another_kind_is_refused(acme):
    room = chats.room(acme.account, kind="teams")
    wanted = Values(name="Ops", services=(acme.service,), room=room)

    with pytest.raises(Refused, match="another kind"):
        changes.create(acme.account, schema("slack"), wanted, **by())


def test_a_priority_of_another_account_is_refused(acme, globex):
    theirs = globex.account.priorities.first().public_id

    with pytest.raises(Refused, match="priority"):
        made(acme, priorities=(theirs,))


def test_a_webhook_hears_of_every_urgency(acme):
    with pytest.raises(Refused, match="every urgency"):
        bus(acme, urgency="high")


# Who listens


def test_the_outbox_is_kept_only_while_somebody_listens(acme):
    assert not listens(acme)
    extension = made(acme)
    assert listens(acme)

    changes.delete(extension, **by())

    assert not listens(acme)
    # The room goes with its last extension, and with it what was sealed.
    assert not Room.across_accounts.filter(account=acme.account).exists()


def test_a_room_stays_while_another_extension_shows_incidents_there(acme):
    first = made(acme)
    second = made(acme, room=first.room, name="Second")

    changes.delete(first, **by())

    assert fresh(second).room == first.room


# The pause


def test_a_pause_holds_webhooks_and_ends(acme):
    extension = bus(acme)

    changes.pause(extension, **by())
    assert fresh(extension).is_paused
    assert not extension.subscriptions.get().is_active
    changes.pause(extension, **by())
    changes.resume(extension, **by())

    assert not fresh(extension).is_paused
    assert extension.subscriptions.get().is_active
    actions = acme.account.audit_entries.values_list("action", flat=True)
    assert list(actions).count("paused extension") == 1
    assert list(actions).count("resumed extension") == 1


def test_what_changed_during_a_pause_is_shown_afterwards(acme):
    extension = made(acme)
    changes.pause(extension, **by())
    incident = acme.account.incidents.create(
        number=1,
        title="Disk full",
        service=acme.service,
        created_at=timezone.now(),
        changed_at=timezone.now(),
    )
    message = ChatMessage.across_accounts.create(
        account=acme.account,
        room=extension.room,
        incident=incident,
        message_id="1.2",
        created_at=timezone.now(),
    )

    changes.resume(extension, **by())

    assert ChatMessage.across_accounts.get(pk=message.pk).due_at is not None


# Rooms


def test_reconnecting_ends_what_was_broken(acme):
    extension = made(acme)
    now = timezone.now()
    acme.account.rooms.update(broken_at=now, last_error="The channel is archived.")
    room = extension.room
    again = Room(account=acme.account, kind="slack", channel_id=room.channel_id)
    again.name = "#renamed"

    changes.reconnect(extension, again, **by())

    found = fresh(extension).room
    assert found == room
    assert (found.broken_at, found.name) == (None, "#renamed")


def test_moving_lets_go_of_the_room_before(acme):
    extension = made(acme)
    other = Room(account=acme.account, kind="slack", channel_id="C0OTHER000")
    other.name = "#other"

    changes.reconnect(extension, other, **by())

    assert [room.name for room in acme.account.rooms.all()] == ["#other"]


def test_a_secret_is_kept_sealed_and_replaced(acme):
    room = Room(account=acme.account, kind="teams", channel_id="d" * 64, name="Ops")
    room.secret = "https://flows.example/secret"
    extension = made(acme, room=room)
    assert "flows.example" not in fresh(extension).room.sealed_secret
    assert fresh(extension).room.secret == "https://flows.example/secret"
    again = Room(account=acme.account, kind="teams", channel_id="d" * 64, name="Ops")
    again.secret = "https://flows.example/newer"

    changes.reconnect(extension, again, **by())

    assert fresh(extension).room.secret == "https://flows.example/newer"
    for entry in acme.account.audit_entries.all():
        assert "flows.example" not in f"{entry.subject} {entry.details}"


def test_a_test_is_queued_also_while_it_is_paused(acme):
    extension = made(acme)
    changes.pause(extension, **by())

    message = changes.test(extension, **by())

    assert message.incident is None
    assert message.due_at is not None
    with pytest.raises(Refused, match="ping"):
        changes.test(bus(acme), **by())


# Wider webhooks


def test_a_webhook_follows_its_scope(acme, team, card):
    extension = bus(acme, services=(acme.service, card))
    assert kinds(extension) == [("service", "Checkout"), ("service", "Cards")]
    now = values.of(extension)

    changes.change(extension, replace(now, scope="team", team=team), **by())
    assert kinds(extension) == [("team", "Payments")]
    changes.change(extension, replace(now, scope="account"), **by())

    assert kinds(extension) == [("account", "")]
    assert not extension.extended_services.exists()


def kinds(extension) -> list[tuple[str, str]]:
    rows = WebhookSubscription.across_accounts.filter(extension=extension)
    return [
        (row.filter_type, str(row.service or row.team or ""))
        for row in rows.order_by("id")
    ]


def test_a_webhook_is_told_only_the_chosen_updates(acme):
    extension = bus(acme, updates=("resolved",))
    assert extension.subscriptions.get().events == [
        *("incident.triggered", "incident.reopened", "incident.resolved")
    ]

    wanted = replace(values.of(extension), updates=())
    changes.change(extension, wanted, **by())

    told = WebhookSubscription.across_accounts.get(extension=extension).events
    assert told == ["incident.triggered", "incident.reopened"]
