"""Schedules through the API: read, made, refused, and who may."""

from datetime import datetime, timedelta

import pytest

from tests import factories
from tests.factories import NOON
from tests.integrations.api.conftest import errors
from tests.integrations.api.rotas import (
    DAY,
    SPRING,
    START,
    daily,
    final,
    layer,
    override,
    path,
    primary_body,
    schedule,
)


def test_a_schedule_is_read_as_it_was_created(api, acme, primary, ids):
    team = acme.account.teams.create(name="Payments")
    policy = factories.policy(
        acme.account, [acme.account.schedules.get()], name="Payments"
    )
    acme.account.schedules.update(team=team)

    shown = api.get(path(primary)).json()["schedule"]

    assert (shown["name"], shown["time_zone"]) == ("Primary", "Europe/Berlin")
    assert shown["self"] == f"http://testserver/api/schedules/{primary['id']}"
    assert [user["summary"] for user in shown["users"]] == ["Alice", "Bob"]
    assert [found["id"] for found in shown["escalation_policies"]] == [policy.public_id]
    assert [found["id"] for found in shown["teams"]] == [team.public_id]
    (found,) = shown["schedule_layers"]
    assert (found["start"], found["end"]) == (START, None)
    assert found["rotation_turn_length_seconds"] == DAY
    assert [turn["user"]["id"] for turn in found["users"]] == [ids["alice"], ids["bob"]]


def test_entries_are_there_only_for_a_period(api, primary):
    shown = api.get(path(primary)).json()["schedule"]

    for part in (
        shown["final_schedule"],
        shown["overrides_subschedule"],
        *shown["schedule_layers"],
    ):
        assert part["rendered_schedule_entries"] == []
        assert part["rendered_coverage_percentage"] is None


@pytest.mark.parametrize("end", ["since", "until"])
def test_the_other_end_of_a_period_is_two_weeks_away(api, primary, end):
    shown = final(api, primary, **{end: "2027-06-15T00:00:00+02:00"})

    start = datetime.fromisoformat(shown[0][1])
    stop = datetime.fromisoformat(shown[-1][2])
    assert stop - start == timedelta(days=14)
    assert "2027-06-15T00:00:00+02:00" in (shown[0][1], shown[-1][2])


def test_the_zone_of_an_answer_changes_its_spelling_alone(api, primary):
    in_utc = final(api, primary, **SPRING, time_zone="UTC")

    assert in_utc[0] == ("Alice", "2027-03-09T23:00:00Z", "2027-03-10T08:00:00Z")
    assert [name for name, _, _ in in_utc] == [
        name for name, _, _ in final(api, primary)
    ]


def test_a_time_without_an_offset_is_one_of_the_schedules_zone(api, primary):
    shown = final(
        api, primary, since="2027-03-10", until="2027-03-12T00:00", time_zone="UTC"
    )

    assert shown == final(api, primary, **SPRING, time_zone="UTC")


@pytest.mark.parametrize(
    "query",
    [
        {"since": "2027-03-12", "until": "2027-03-12"},
        {"since": "2027-03-12", "until": "2027-03-11"},
        {"since": "tomorrow"},
        {"since": "0001-01-01"},
        {"since": "2027-03-10", "until": "9990-01-01"},
    ],
)
def test_a_period_that_makes_no_sense_is_refused(api, primary, query):
    answer = api.get(path(primary), **query)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 2004
    assert errors(answer)


def test_an_unknown_zone_is_refused(api, primary):
    assert api.get(path(primary), time_zone="Mars/Olympus").status_code == 400


def test_five_years_ahead_renders_like_next_week(api, primary):
    shown = final(
        api, primary, since="2032-03-10T09:00:00+01:00", until="2032-03-12T09:00+01:00"
    )

    assert len(shown) == 2


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"rotation_turn_length_seconds": 3599}, "turn"),
        ({"rotation_turn_length_seconds": 31_536_001}, "turn"),
        ({"users": []}, "Users"),
        ({"users": [{"user": {"id": "PNOBODY", "type": "user_reference"}}]}, "PNOBODY"),
        ({"users": ["PNOBODY"]}, "user"),
        ({"start": "soon"}, "Start"),
        ({"start": None}, "Start"),
        ({"end": START}, "after the start"),
        ({"restrictions": [daily("09:00:00", 0)]}, "Duration"),
        ({"restrictions": [daily("09:00:00", 86_400)]}, "86399"),
        ({"restrictions": [daily("25:00:00", 60)]}, "HH:MM:SS"),
        (
            {"restrictions": [{**daily("09:00:00", 60), "type": "weekly_restriction"}]},
            "needs a day",
        ),
        (
            {
                "restrictions": [
                    {
                        **daily("09:00:00", 604_800),
                        "type": "weekly_restriction",
                        "start_day_of_week": 7,
                    }
                ]
            },
            "604799",
        ),
        ({"restrictions": [{**daily("09:00:00", 60), "type": "monthly"}]}, "monthly"),
    ],
)
@pytest.mark.parametrize("address", ["/schedules", "/schedules/preview"])
def test_a_layer_that_makes_no_sense_is_refused(api, acme, ids, address, change, word):
    sent = layer([ids["alice"]], DAY, START) | change

    answer = api.post(address, schedule("Europe/Berlin", sent))

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 2001
    assert any(word in sentence for sentence in errors(answer))
    assert not acme.account.schedules.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"schedule": None},
        {"schedule": []},
        {"schedule": {"name": "Primary"}},
        {"schedule": {"name": "Primary", "time_zone": "Mars/Olympus"}},
        {"schedule": {"name": "", "time_zone": "UTC"}},
        {"schedule": {"name": "P", "time_zone": "UTC", "schedule_layers": ["x"]}},
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(api, acme, body):
    answer = api.post("/schedules", body)

    assert answer.status_code == 400
    assert errors(answer)
    assert not acme.account.schedules.exists()


def test_the_smallest_body_makes_an_empty_schedule(api, acme):
    answer = api.post("/schedules", {"schedule": {"time_zone": "UTC"}})

    assert answer.status_code == 201
    assert answer.json()["schedule"]["schedule_layers"] == []
    assert acme.account.schedules.get().name == "New schedule"


def test_users_of_another_account_are_nobody_here(api, globex):
    mallory = globex.mallory.membership.public_id

    answer = api.post("/schedules", schedule("UTC", layer([mallory], DAY, START)))

    assert answer.status_code == 400
    assert errors(answer) == [f"There is no user {mallory}."]


def test_a_schedule_of_another_account_is_not_there(stranger, acme, primary, ids):
    made = acme.account.schedule_overrides.create(
        schedule=acme.account.schedules.get(),
        membership=acme.bob.membership,
        starts_at=NOON,
        ends_at=NOON + timedelta(hours=1),
    )
    here = path(primary)
    some = {"overrides": [override(ids["bob"], START, "2027-03-02T00:00:00Z")]}

    answers = [
        stranger.get(here, **SPRING),
        stranger.put(here, primary_body(ids)),
        stranger.delete(here),
        stranger.get(f"{here}/users", **SPRING),
        stranger.get(f"{here}/overrides", **SPRING),
        stranger.post(f"{here}/overrides", some),
        stranger.delete(f"{here}/overrides/{made.public_id}"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 7
    assert {answer.json()["error"]["code"] for answer in answers} == {2100}
    assert acme.account.schedule_overrides.get() == made


def test_an_override_of_another_schedule_is_not_there(api, acme, primary):
    other = factories.schedule(acme.account, acme.bob.membership, name="Other")
    made = other.overrides.create(
        account=acme.account,
        membership=acme.bob.membership,
        starts_at=NOON,
        ends_at=NOON + timedelta(hours=1),
    )

    answer = api.delete(f"{path(primary)}/overrides/{made.public_id}")

    assert answer.status_code == 404
    assert other.overrides.exists()
