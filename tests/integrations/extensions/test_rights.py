"""Who may see extensions and change them: whoever may configure what they hear of."""

from dataclasses import replace

import pytest

from accounts.permissions import Actor, NotPermitted
from integrations.extensions import changes, rights, values
from integrations.extensions.changes import Refused
from integrations.models import Room
from tests import chats, factories
from tests.integrations.extensions.setting_up import by, fresh, made


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


@pytest.fixture
def bob(acme, team) -> Actor:
    return Actor("web", acme.bob.membership)


def test_a_manager_of_a_team_has_only_what_is_the_teams(acme, team, card, bob):
    mine = made(acme, actor=bob, services=(card,))
    ours = made(
        acme,
        actor=bob,
        scope="team",
        team=team,
        services=(),
        room=chats.room(acme.account, channel_id="C0PAYMENTS"),
    )

    for wanted in (
        {"services": (acme.service,)},
        {"services": (card, acme.service)},
        {"scope": "account"},
        {"scope": "account", "services": (card,)},
    ):
        with pytest.raises(NotPermitted):
            made(acme, actor=bob, room=mine.room, **wanted)
    theirs = made(acme, room=chats.room(acme.account, channel_id="C0ALL00000"))
    shown = rights.visible(acme.account.extensions.all(), bob)
    assert set(shown) == {mine, ours}
    with pytest.raises(NotPermitted):
        changes.change(mine, replace(values.of(mine), scope="account"), **by(bob))
    for verb in (changes.pause, changes.delete, changes.test, changes.enable):
        with pytest.raises(NotPermitted):
            verb(theirs, **by(bob))
    assert fresh(theirs).paused_at is None


def test_nobody_leads_the_incidents_of_others_elsewhere(acme, card, bob):
    """A server that a manager of a team names may claim any id for its channel."""
    made(acme, room=_mattermost(acme, "their token"), scope="account", services=())

    with pytest.raises(Refused, match="Extensions of others"):
        made(acme, actor=bob, services=(card,), room=_mattermost(acme, "my token"))

    assert acme.account.rooms.get().secret == "their token"
    # Who knows the same way may use it.
    made(acme, actor=bob, services=(card,), room=_mattermost(acme, "their token"))
    assert acme.account.rooms.count() == 1


def _mattermost(world, secret: str) -> Room:
    room = Room(account=world.account, kind="mattermost", channel_id="x" * 26)
    room.name, room.secret = "Ops", secret
    return room


def test_a_service_that_leaves_the_team_takes_the_right_along(acme, card, bob):
    mine = made(acme, actor=bob, services=(card,))
    card.team = None
    card.save(update_fields=["team"])

    assert not rights.visible(acme.account.extensions.all(), bob).exists()
    with pytest.raises(NotPermitted):
        changes.pause(fresh(mine), **by(bob))


def test_a_responder_may_do_nothing_to_it(acme):
    extension = made(acme)
    bob = Actor("web", acme.bob.membership)

    assert not rights.visible(acme.account.extensions.all(), bob).exists()
    with pytest.raises(NotPermitted):
        made(acme, actor=bob, room=extension.room)
    with pytest.raises(NotPermitted):
        changes.delete(extension, **by(bob))
