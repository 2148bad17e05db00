"""Who is on call by policy and level, as clients ask for it."""

from datetime import timedelta

import pytest

from tests import factories
from tests.factories import NOON

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOW = "2027-03-10T12:00:00Z"


@pytest.fixture(autouse=True)
def _noon(time_machine):
    """NOON is a Wednesday of Bob's week: turns change on Mondays at midnight."""
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def rota(acme):
    """Alice and Bob take weekly turns, in UTC."""
    return factories.schedule(
        acme.account, acme.alice.membership, acme.bob.membership, name="Rota"
    )


@pytest.fixture
def payments(acme, rota):
    """A policy that pages the rota, then Alice, always."""
    return factories.policy(
        acme.account, [rota], [acme.alice.membership], name="Payments"
    )


def oncalls(api, policy=None, **query):
    wanted = {"escalation_policy_ids[]": [policy.public_id]} if policy else {}
    answer = api.get("/oncalls", **wanted, **query)
    assert answer.status_code == 200, answer.json()
    return answer.json()["oncalls"]


def short(found):
    return [
        (one["user"]["summary"], one["escalation_level"], one["start"], one["end"])
        for one in found
    ]


WEEK_OF_BOB = ("Bob", 1, "2027-03-08T00:00:00Z", "2027-03-15T00:00:00Z")
WEEK_OF_ALICE = ("Alice", 1, "2027-03-15T00:00:00Z", "2027-03-22T00:00:00Z")
ALICE_ALWAYS = ("Alice", 2, None, None)


def test_by_default_it_is_now_with_true_ends(api, payments, rota):
    bob, alice = oncalls(api, payments)

    assert short([bob, alice]) == [WEEK_OF_BOB, ALICE_ALWAYS]
    assert bob["schedule"]["id"] == rota.public_id
    assert bob["escalation_policy"]["summary"] == "Payments"
    assert alice["schedule"] is None


def test_a_period_has_every_shift_that_overlaps_it(api, payments):
    touching = {"since": NOW, "until": "2027-03-15T00:00:00Z"}
    beyond = {"since": NOW, "until": "2027-03-15T00:00:01Z"}

    assert short(oncalls(api, payments, **touching)) == [WEEK_OF_BOB, ALICE_ALWAYS]
    assert short(oncalls(api, payments, **beyond)) == [
        WEEK_OF_BOB,
        WEEK_OF_ALICE,
        ALICE_ALWAYS,
    ]


def test_the_earliest_of_each_user_by_policy_and_level(api, payments):
    period = {"since": NOW, "until": "2027-05-01T00:00:00Z"}

    assert len(oncalls(api, payments, **period)) > 3
    assert short(oncalls(api, payments, **period, earliest="true")) == [
        WEEK_OF_BOB,
        WEEK_OF_ALICE,
        ALICE_ALWAYS,
    ]


def test_the_past_is_answered_too(api, payments):
    found = oncalls(
        api, payments, since="2027-03-01T00:00:00Z", until="2027-03-01T01:00:00Z"
    )

    assert short(found)[0] == (
        "Alice",
        1,
        "2027-03-01T00:00:00Z",
        "2027-03-08T00:00:00Z",
    )


def test_filters_are_or_within_and_and_between(api, acme, payments, rota):
    alice, bob = (p.membership.public_id for p in (acme.alice, acme.bob))

    def names(**query):
        found = short(oncalls(api, payments, **query))
        return [(name, level) for name, level, _, _ in found]

    assert names(**{"user_ids[]": [alice]}) == [("Alice", 2)]
    assert names(**{"user_ids[]": [alice, bob]}) == [("Bob", 1), ("Alice", 2)]
    assert names(**{"schedule_ids[]": [rota.public_id]}) == [("Bob", 1)]
    assert names(**{"schedule_ids[]": ["null"]}) == [("Alice", 2)]
    assert names(**{"schedule_ids[]": ["null", rota.public_id]}) == [
        ("Bob", 1),
        ("Alice", 2),
    ]
    assert names(**{"schedule_ids[]": ["null"], "user_ids[]": [bob]}) == []
    assert names(**{"user_ids[]": ["PNOBODY1"]}) == []


def test_every_policy_is_there_without_a_filter(api, payments):
    found = oncalls(api)

    names = [
        (one["escalation_policy"]["summary"], one["escalation_level"]) for one in found
    ]
    assert names == [("Default", 1), ("Default", 2), ("Payments", 1), ("Payments", 2)]


def test_overrides_and_gaps_count(api, acme, payments, rota):
    rota.overrides.create(
        account=acme.account,
        membership=acme.alice.membership,
        starts_at=NOON - HOUR,
        ends_at=NOON + HOUR,
    )
    empty = factories.schedule(acme.account, name="Empty")
    nobody = factories.policy(acme.account, [empty], name="Nobody")

    assert short(oncalls(api, payments))[0] == (
        "Alice",
        1,
        "2027-03-10T11:00:00Z",
        "2027-03-10T13:00:00Z",
    )
    assert oncalls(api, nobody) == []


def test_who_goes_on_for_ever_has_no_end(api, acme):
    alone = factories.schedule(acme.account, acme.bob.membership, name="Alone")
    policy = factories.policy(acme.account, [alone], name="Alone")

    (found,) = oncalls(api, policy)

    assert (found["start"], found["end"]) == ("2027-01-04T00:00:00Z", None)
    assert found["schedule"]["id"] == alone.public_id


def test_who_left_is_not_on_call(api, acme, payments):
    acme.bob.membership.deactivated_at = NOON
    acme.bob.membership.save()

    assert short(oncalls(api, payments)) == [ALICE_ALWAYS]


def test_references_become_full_when_asked(api, payments):
    wanted = ["users", "schedules", "escalation_policies"]

    bob, alice = oncalls(api, payments, **{"include[]": wanted})

    assert bob["user"]["email"] == "bob@acme.example"
    assert bob["schedule"]["time_zone"] == "UTC"
    assert bob["escalation_policy"]["num_loops"] == 0
    assert (alice["user"]["type"], alice["schedule"]) == ("user", None)
    assert api.get("/oncalls", **{"include[]": ["teams"]}).status_code == 400


def test_times_are_spelled_in_the_zone_that_is_asked_for(api, payments):
    bob, _ = oncalls(api, payments, time_zone="Asia/Tokyo")

    assert bob["start"] == "2027-03-08T09:00:00+09:00"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"since": NOW, "until": "2027-03-09T00:00:00Z"}, 2004),
        ({"since": "now"}, 2004),
        ({"until": "2027-06-09T00:00:00Z"}, 2005),
    ],
)
def test_a_period_that_makes_no_sense_or_is_too_far_is_refused(api, query, code):
    answer = api.get("/oncalls", **query)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code


def test_ninety_days_ahead_are_fine(api, payments):
    assert oncalls(api, payments, until="2027-06-08T12:00:00Z")


def test_it_has_pages(api, payments):
    page = api.get("/oncalls", limit=3, total="true").json()
    rest = api.get("/oncalls", limit=3, offset=3).json()

    assert (len(page["oncalls"]), page["more"], page["total"]) == (3, True, 4)
    assert (len(rest["oncalls"]), rest["more"], rest["total"]) == (1, False, None)


def test_another_account_sees_nothing_of_it(stranger, payments, rota, acme):
    everything = stranger.get("/oncalls").json()["oncalls"]
    asked = stranger.get("/oncalls", **{"schedule_ids[]": [rota.public_id]}).json()

    assert {one["user"]["summary"] for one in everything} == {"Mallory"}
    assert asked["oncalls"] == []


def test_more_policies_take_no_more_queries(
    api, acme, rota, django_assert_max_num_queries
):
    for number in range(15):
        other = factories.schedule(
            acme.account, acme.bob.membership, name=f"Schedule {number}"
        )
        factories.policy(acme.account, [rota, other], name=f"Policy {number}")

    with django_assert_max_num_queries(22):
        found = oncalls(api, limit=100)

    assert len(found) == 32
