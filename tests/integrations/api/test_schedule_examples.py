"""The worked examples of the specification, sent and read as clients do."""

from dataclasses import dataclass

import pytest

from tests.integrations.api import rotas
from tests.integrations.api.rotas import DAY, WEEK, daily, layer, override, schedule

NAMES = ("Ana", "Ben", "Cem", "Dee")
HOUR = 3600


@dataclass
class Case:
    """A schedule, a period of it, and what the specification says of it."""

    zone: str
    # Each: names, turn, virtual start, and other members.
    layers: list[tuple[str, int, str, dict]]
    since: str
    until: str
    expected: list[str]
    coverage: float | None = None
    overrides: tuple[tuple[str, str, str], ...] = ()


CASES = {
    "1": Case(
        "Europe/Berlin",
        [
            ("Ana Ben", DAY, "2027-05-18T09:00:00+02:00", {"name": "Base"}),
            (
                "Cem",
                WEEK,
                "2027-05-18T09:00:00+02:00",
                {"name": "Lunch", "restrictions": [daily("12:00:00", 7200)]},
            ),
        ],
        "2027-05-20T00:00:00+02:00",
        "2027-05-21T12:00:00+02:00",
        [
            "Ben 2027-05-20T00:00:00+02:00 2027-05-20T09:00:00+02:00",
            "Ana 2027-05-20T09:00:00+02:00 2027-05-20T12:00:00+02:00",
            "Cem 2027-05-20T12:00:00+02:00 2027-05-20T13:00:00+02:00",
            "Dee 2027-05-20T13:00:00+02:00 2027-05-20T15:00:00+02:00",
            "Ana 2027-05-20T15:00:00+02:00 2027-05-21T09:00:00+02:00",
            "Ben 2027-05-21T09:00:00+02:00 2027-05-21T12:00:00+02:00",
        ],
        100,
        (("Dee", "2027-05-20T13:00:00+02:00", "2027-05-20T15:00:00+02:00"),),
    ),
    "2a": Case(
        "Australia/Sydney",
        [("Ana Ben", DAY, "2028-09-29T07:00:00+10:00", {})],
        "2028-09-30T07:00:00+10:00",
        "2028-10-02T07:00:00+11:00",
        [
            "Ben 2028-09-30T07:00:00+10:00 2028-10-01T07:00:00+11:00",
            "Ana 2028-10-01T07:00:00+11:00 2028-10-02T07:00:00+11:00",
        ],
    ),
    "2b": Case(
        "Australia/Sydney",
        [("Ana Ben Cem", 8 * HOUR, "2028-09-30T19:00:00+10:00", {})],
        "2028-09-30T19:00:00+10:00",
        "2028-10-01T20:00:00+11:00",
        [
            "Ana 2028-09-30T19:00:00+10:00 2028-10-01T04:00:00+11:00",
            "Ben 2028-10-01T04:00:00+11:00 2028-10-01T12:00:00+11:00",
            "Cem 2028-10-01T12:00:00+11:00 2028-10-01T20:00:00+11:00",
        ],
    ),
    "3a": Case(
        "America/Denver",
        [("Ana Ben", DAY, "2028-03-10T02:15:00-07:00", {})],
        "2028-03-11T02:15:00-07:00",
        "2028-03-14T02:15:00-06:00",
        [
            "Ben 2028-03-11T02:15:00-07:00 2028-03-12T03:15:00-06:00",
            "Ana 2028-03-12T03:15:00-06:00 2028-03-13T02:15:00-06:00",
            "Ben 2028-03-13T02:15:00-06:00 2028-03-14T02:15:00-06:00",
        ],
    ),
    "3b": Case(
        "America/Denver",
        [("Ana Ben", DAY, "2028-11-03T01:15:00-06:00", {})],
        "2028-11-04T01:15:00-06:00",
        "2028-11-06T01:15:00-07:00",
        [
            "Ben 2028-11-04T01:15:00-06:00 2028-11-05T01:15:00-06:00",
            "Ana 2028-11-05T01:15:00-06:00 2028-11-06T01:15:00-07:00",
        ],
    ),
    "4": Case(
        "Pacific/Auckland",
        [
            (
                "Ana Ben",
                WEEK,
                "2028-03-22T10:00:00+13:00",
                {
                    "restrictions": [
                        {
                            "type": "weekly_restriction",
                            "start_day_of_week": 5,
                            "start_time_of_day": "18:00:00",
                            "duration_seconds": 223200,
                        }
                    ]
                },
            )
        ],
        "2028-03-29T00:00:00+13:00",
        "2028-04-05T00:00:00+12:00",
        ["Ben 2028-03-31T18:00:00+13:00 2028-04-03T08:00:00+12:00"],
        37.278,
    ),
    "5": Case(
        "Asia/Tokyo",
        [
            (
                "Ana Ben Ana Cem",
                2 * DAY,
                "2027-09-01T21:00:00+09:00",
                {
                    "start": "2027-09-08T12:00:00+09:00",
                    "restrictions": [daily("20:00:00", 21600)],
                },
            )
        ],
        "2027-09-08T00:00:00+09:00",
        "2027-09-11T00:00:00+09:00",
        [
            "Cem 2027-09-08T20:00:00+09:00 2027-09-09T02:00:00+09:00",
            "Cem 2027-09-09T20:00:00+09:00 2027-09-09T21:00:00+09:00",
            "Ana 2027-09-09T21:00:00+09:00 2027-09-10T02:00:00+09:00",
            "Ana 2027-09-10T20:00:00+09:00 2027-09-11T00:00:00+09:00",
        ],
        22.222,
    ),
    "6": Case(
        "America/Halifax",
        [
            (
                "Ana Ben",
                12 * HOUR,
                "2027-03-08T08:00:00-04:00",
                {"end": "2027-03-14T18:30:00-03:00"},
            )
        ],
        "2027-03-13T23:00:00-04:00",
        "2027-03-14T20:00:00-03:00",
        [
            "Ben 2027-03-13T23:00:00-04:00 2027-03-14T09:00:00-03:00",
            "Ana 2027-03-14T09:00:00-03:00 2027-03-14T18:30:00-03:00",
        ],
        92.5,
    ),
}


def body(case, ids):
    layers = (
        layer([ids[name] for name in names.split()], turn, start, **fields)
        for names, turn, start, fields in case.layers
    )
    return schedule(case.zone, *layers)


def lines(part):
    return [" ".join(entry) for entry in rotas.entries(part)]


def created(api, acme, case):
    ids = rotas.people(acme, *NAMES)
    made = api.post("/schedules", body(case, ids)).json()["schedule"]
    path = f"/schedules/{made['id']}"
    for name, start, end in case.overrides:
        sent = {"overrides": [override(ids[name], start, end)]}
        assert api.post(f"{path}/overrides", sent).json()[0]["status"] == 201
    return path


@pytest.mark.parametrize("number", CASES)
def test_an_example_reads_as_the_specification_says(api, acme, number):
    case = CASES[number]
    path = created(api, acme, case)

    shown = api.get(path, since=case.since, until=case.until).json()["schedule"]

    final = shown["final_schedule"]
    assert lines(final) == case.expected
    if case.coverage is not None:
        assert final["rendered_coverage_percentage"] == case.coverage


@pytest.mark.parametrize("number", [n for n in CASES if not CASES[n].overrides])
def test_an_example_previews_as_it_reads(api, acme, number):
    case = CASES[number]
    sent = body(case, rotas.people(acme, *NAMES))

    answer = api.call(
        "post",
        "/schedules/preview?"
        + f"since={case.since}&until={case.until}".replace("+", "%2B"),
        sent,
    )

    assert lines(answer.json()["schedule"]["final_schedule"]) == case.expected
    assert not acme.account.schedules.exists()


def test_overflow_shows_whole_shifts_that_end_with_their_layer(api, acme):
    case = CASES["6"]
    path = created(api, acme, case)

    shown = api.get(path, since=case.since, until=case.until, overflow="true")

    assert lines(shown.json()["schedule"]["final_schedule"]) == [
        "Ben 2027-03-13T20:00:00-04:00 2027-03-14T09:00:00-03:00",
        "Ana 2027-03-14T09:00:00-03:00 2027-03-14T18:30:00-03:00",
    ]


def test_layers_are_sent_lowest_first_and_answered_highest_first(api, acme):
    case = CASES["1"]
    path = created(api, acme, case)

    shown = api.get(path, since=case.since, until=case.until).json()["schedule"]

    lunch, base = shown["schedule_layers"]
    assert (lunch["name"], base["name"]) == ("Lunch", "Base")
    assert lines(lunch) == [
        "Cem 2027-05-20T12:00:00+02:00 2027-05-20T14:00:00+02:00",
    ]
    assert [line.split()[0] for line in lines(base)] == ["Ben", "Ana", "Ben"]
    assert lines(shown["overrides_subschedule"]) == [
        "Dee 2027-05-20T13:00:00+02:00 2027-05-20T15:00:00+02:00"
    ]
