"""Which incidents a room hears of."""

import pytest

from accounts import tenancy
from incidents import actions, relay, snapshots
from integrations.chat import posting, telling
from tests import factories
from tests.factories import NOON
from tests.integrations.chat.showing import (
    HOUR,
    SECOND,
    by,
    do,
    join,
    listen,
    message,
    open_incident,
    tell,
)


def heard(world, incident) -> list[str]:
    """Name the extensions that are told of an incident as it is now."""
    with tenancy.scope(incident.account):
        found = snapshots.of_incidents([incident.pk])[incident.pk]
    with tenancy.scope(world.account):
        return [each.name for each in telling.matching(world.account, found)]


def test_an_extension_hears_of_its_services_only(acme, square):
    join(acme, name="Ours")
    other = factories.service(acme.account, acme.policy, name="Other")
    incident = open_incident(acme)
    with tenancy.scope(acme.account):
        another = actions.open_incident(
            other, actor=by(acme), at=NOON, title="Elsewhere"
        )

    assert heard(acme, incident) == ["Ours"]
    assert heard(acme, another) == []


def test_an_extension_of_a_team_hears_of_its_services(acme, square):
    team = acme.account.teams.create(name="Payments")
    acme.service.team = team
    acme.service.save()
    others = acme.account.teams.create(name="Others")
    join(acme, scope="team", team=team, name="Theirs")
    join(acme, scope="team", team=others, name="Not theirs")

    assert heard(acme, open_incident(acme)) == ["Theirs"]


def test_an_extension_of_the_account_hears_everything(acme, square):
    join(acme, scope="account", name="All")

    assert heard(acme, open_incident(acme)) == ["All"]


def test_another_account_hears_nothing(acme, globex, square):
    join(globex, scope="account")

    open_incident(acme)
    tell()

    assert square.calls == []
    open_incident(globex)
    tell()
    assert len(square.calls) == 1


@pytest.mark.parametrize(("urgency", "is_heard"), [("", 1), ("high", 1), ("low", 0)])
def test_urgency(acme, square, urgency, is_heard):
    join(acme, urgency=urgency)

    assert len(heard(acme, open_incident(acme, urgency="high"))) == is_heard


def test_priorities(acme, square):
    first, second = acme.account.priorities.all()[:2]
    join(acme, name="Any", priorities=None)
    join(acme, name="None", priorities=[])
    join(acme, name="First", priorities=[first.public_id])

    assert heard(acme, open_incident(acme)) == ["Any", "None"]
    assert heard(acme, open_incident(acme, priority=first)) == ["Any", "First"]
    assert heard(acme, open_incident(acme, priority=second)) == ["Any"]


def test_one_that_begins_to_match_is_shown_from_then_on(acme, square):
    first = acme.account.priorities.first()
    join(acme, priorities=[first.public_id])
    incident = open_incident(acme)
    tell()
    assert square.calls == []

    do(acme, actions.change_priority, incident, NOON + SECOND, priority=first)
    tell(NOON + SECOND)
    do(acme, actions.change_priority, incident, NOON + SECOND, priority=None)
    do(acme, actions.resolve, incident, NOON + SECOND)
    tell(NOON + SECOND)

    # It is not left behind as it was when it stopped to match.
    assert square.shown == {"m0": "resolved Disk full"}


def test_a_paused_extension_is_told_nothing_and_catches_up(acme, ours, square):
    incident = open_incident(acme)
    tell()
    pause(acme, ours, NOON)
    do(acme, actions.resolve, incident, NOON + SECOND)
    missed = open_incident(acme, "Missed", at=NOON + SECOND)
    tell(NOON + HOUR)
    assert square.shown == {"m0": "triggered Disk full"}

    pause(acme, ours, None)
    with tenancy.scope(acme.account):
        posting.resume(ours.room, at=NOON + HOUR)
    tell(NOON + HOUR)

    assert square.shown == {"m0": "resolved Disk full"}
    assert missed.is_open


def test_what_is_due_waits_while_its_extension_is_paused(acme, ours, square):
    open_incident(acme)
    relay.hand_on_due(NOON)
    pause(acme, ours, NOON)
    tell(NOON + SECOND)
    assert square.calls == []

    pause(acme, ours, None)
    tell(NOON + 2 * SECOND)

    assert len(square.shown) == 1
    assert message(acme).due_at is None


def test_an_account_listens_only_while_a_room_does(acme, ours):
    assert acme.service.account.has_listeners

    pause(acme, ours, NOON)

    assert not acme.service.account.has_listeners


def pause(world, extension, at) -> None:
    extension.paused_at = at
    extension.save()
    listen(world)
