"""An incident about ourselves opens once, and ends with its cause."""

from accounts.permissions import Actor
from incidents import actions, watch
from tests.factories import NOON
from tests.incidents.watching.world import HOUR, MINUTE, opened


def test_it_goes_to_the_owners_and_pages_them(acme):
    incident = opened(acme)

    assert incident is not None
    assert [a.membership for a in incident.assignments.all()] == [acme.alice.membership]
    page = incident.notifications.get()
    assert (page.membership, page.purpose) == (acme.alice.membership, "page")
    assert (incident.own_key, incident.description) == ("quiet:P1", "Why")


def test_it_goes_to_the_team_of_the_service_where_there_is_one(acme):
    team = acme.account.teams.create(name="Payments")
    acme.account.team_memberships.create(team=team, membership=acme.bob.membership)
    acme.service.team = team
    acme.service.save()

    incident = opened(acme)

    assert incident is not None
    assert [a.membership for a in incident.assignments.all()] == [acme.bob.membership]


def test_a_cause_has_one_open_incident(acme, globex):
    assert opened(acme) is not None
    assert opened(acme, at=NOON + HOUR) is None
    assert opened(globex) is not None


def test_it_ends_with_its_cause_and_opens_again_with_it(acme):
    opened(acme)

    ended = watch.end(acme.account, "quiet:P1", at=NOON + MINUTE)

    assert ended is not None
    assert ended.status == "resolved"
    assert watch.end(acme.account, "quiet:P1", at=NOON + MINUTE) is None
    assert opened(acme, at=NOON + HOUR) is not None


def test_who_resolved_it_by_hand_is_left_alone_for_a_day(acme):
    incident = opened(acme)
    assert incident is not None
    actor = Actor("web", acme.alice.membership)
    actions.resolve(incident, actor=actor, at=NOON + MINUTE)

    assert opened(acme, at=NOON + 23 * HOUR) is None
    assert opened(acme, at=NOON + 25 * HOUR) is not None


def test_it_may_rest_after_its_cause_has_ended(acme):
    opened(acme, rest=HOUR)
    watch.end(acme.account, "quiet:P1", at=NOON)

    assert opened(acme, at=NOON + 59 * MINUTE, rest=HOUR) is None
    assert opened(acme, at=NOON + 61 * MINUTE, rest=HOUR) is not None
