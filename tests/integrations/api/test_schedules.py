"""Schedules and their overrides through the API, and what it refuses."""

from datetime import UTC, datetime, timedelta

import pytest

from oncall import queries, rotations
from tests import factories
from tests.factories import NOON
from tests.integrations.api import rotas
from tests.integrations.api.conftest import errors, key
from tests.integrations.api.rotas import DAY, START, daily, layer, override, schedule

SPRING = {"since": "2027-03-10T00:00:00+01:00", "until": "2027-03-12T00:00:00+01:00"}


@pytest.fixture
def ids(acme):
    return {name: one.membership.public_id for name, one in acme.people.items()}


@pytest.fixture
def primary(api, ids):
    """A schedule of Alice and Bob, who change daily, and its address."""
    answer = api.post("/schedules", primary_body(ids))
    assert answer.status_code == 201, answer.json()
    return answer.json()["schedule"]


def primary_body(ids, **fields):
    both = layer([ids["alice"], ids["bob"]], DAY, START, name="Daily")
    return schedule("Europe/Berlin", both, **fields)


def path(shown):
    return f"/schedules/{shown['id']}"


def final(api, shown, **query):
    answer = api.get(path(shown), **(query or SPRING)).json()["schedule"]
    return rotas.entries(answer["final_schedule"])


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


def test_what_is_not_sent_stays(api, acme, primary):
    answer = api.put(path(primary), {"schedule": {"name": "Renamed"}})

    assert answer.status_code == 200
    shown = answer.json()["schedule"]
    assert (shown["name"], shown["time_zone"]) == ("Renamed", "Europe/Berlin")
    assert shown["schedule_layers"] == primary["schedule_layers"]


def test_a_layer_is_found_by_its_id_and_may_be_sent_in_part(api, primary):
    (old,) = primary["schedule_layers"]
    sent = [{"id": old["id"], "rotation_turn_length_seconds": 2 * DAY}]

    answer = api.put(path(primary), {"schedule": {"schedule_layers": sent}})

    (found,) = answer.json()["schedule"]["schedule_layers"]
    assert found["id"] == old["id"]
    assert found["rotation_turn_length_seconds"] == 2 * DAY
    assert found["users"] == old["users"]


def test_a_new_layer_is_sent_whole_and_the_others_stay_below(api, primary, ids):
    top = layer([ids["bob"]], DAY, START, name="Top")

    partly = api.put(
        path(primary), {"schedule": {"schedule_layers": [{"name": "Top"}]}}
    )
    whole = api.put(path(primary), {"schedule": {"schedule_layers": [top]}})

    assert partly.status_code == 400
    names = [found["name"] for found in whole.json()["schedule"]["schedule_layers"]]
    assert names == ["Top", "Daily"]


def test_layers_change_places_as_they_are_sent(api, ids):
    low, high = (layer([ids["alice"]], DAY, START, name=name) for name in "AB")
    made = api.post("/schedules", schedule("UTC", low, high)).json()["schedule"]

    # As an answer has them, highest first: sent back, that is the other way round.
    answer = api.put(path(made), {"schedule": made})

    shown = answer.json()["schedule"]["schedule_layers"]
    assert [found["name"] for found in shown] == ["A", "B"]
    assert {found["id"] for found in shown} == {
        found["id"] for found in made["schedule_layers"]
    }


@pytest.mark.parametrize("how", ["strange", "twice"])
def test_a_layer_that_is_not_there_or_is_there_twice_is_refused(
    api, acme, primary, how
):
    (old,) = primary["schedule_layers"]
    other = factories.schedule(acme.account, acme.bob.membership, name="Other")
    strange = {**old, "id": other.layers.get().public_id}
    layers = [strange] if how == "strange" else [old, old]

    answer = api.put(path(primary), {"schedule": {"schedule_layers": layers}})

    assert answer.status_code == 400
    assert len(errors(answer)) == 1


def test_ids_of_layers_are_passed_over_in_a_new_schedule(api, primary):
    copy = api.post("/schedules", {"schedule": {**primary, "name": "Copy"}})

    assert copy.status_code == 201
    (mine,) = copy.json()["schedule"]["schedule_layers"]
    (theirs,) = primary["schedule_layers"]
    assert mine["id"] != theirs["id"]
    assert mine["users"] == theirs["users"]


def test_a_layer_that_is_ended_before_it_begins_has_never_been(api, primary):
    (old,) = primary["schedule_layers"]
    ended = {**old, "start": "2999-01-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"}

    answer = api.put(path(primary), {"schedule": {"schedule_layers": [ended]}})

    assert answer.json()["schedule"]["schedule_layers"] == []


def test_an_edit_leaves_the_past_alone(api, acme, ids, time_machine):
    started = layer([ids["alice"]], DAY, "2027-01-01T00:00:00Z")
    time_machine.move_to(NOON, tick=False)
    made = api.post("/schedules", schedule("UTC", started)).json()["schedule"]
    time_machine.move_to(NOON + timedelta(hours=6), tick=False)

    (old,) = made["schedule_layers"]
    bob = {"id": old["id"], "users": [{"user": {"id": ids["bob"], "type": "user"}}]}
    api.put(path(made), {"schedule": {"schedule_layers": [bob]}})

    shown = api.get(path(made), since="2027-03-10", until="2027-03-11")
    both = [
        ("Alice", "2027-03-10T00:00:00Z", "2027-03-10T18:00:00Z"),
        ("Bob", "2027-03-10T18:00:00Z", "2027-03-11T00:00:00Z"),
    ]
    assert rotas.entries(shown.json()["schedule"]["final_schedule"]) == both
    (found,) = shown.json()["schedule"]["schedule_layers"]
    assert rotas.entries(found) == both
    assert [row.created_by for row in acme.account.schedules.get().versions.all()] == [
        None,
        None,
    ]


def test_a_schedule_that_a_policy_pages_is_not_deleted(api, acme, primary):
    row = acme.account.schedules.get()
    policy = factories.policy(acme.account, [row], name="Payments")

    refused = api.delete(path(primary))
    assert refused.status_code == 400
    assert "Payments" in errors(refused)[0]

    policy.delete()
    assert api.delete(path(primary)).status_code == 204
    assert api.get(path(primary)).status_code == 404


@pytest.mark.parametrize("who", ["bob", "read_only"])
def test_who_may_not_configure_is_refused(acme, primary, ids, who):
    options = {"read_only": True} if who == "read_only" else {}
    member = acme.bob.membership if who == "bob" else None
    caller = key(acme.account, member, **options)

    answers = [
        caller.post("/schedules", primary_body(ids)),
        caller.put(path(primary), {"schedule": {"name": "Mine"}}),
        caller.delete(path(primary)),
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert caller.get(path(primary)).status_code == 200
    assert acme.account.schedules.get().name == "Primary"


def test_a_list_is_searched_and_shows_parts_when_asked(api, primary, ids):
    api.post("/schedules", schedule("Asia/Tokyo", name="Secondary"))

    found = api.get("/schedules", query="prim", total="true").json()
    both = api.get(
        "/schedules",
        **SPRING,
        **{"include[]": ["schedule_layers", "final_schedule"]},
    ).json()["schedules"]

    assert [one["name"] for one in found["schedules"]] == ["Primary"]
    assert (found["total"], found["more"]) == (1, False)
    assert "schedule_layers" not in found["schedules"][0]
    assert [one["name"] for one in both] == ["Primary", "Secondary"]
    assert "overrides_subschedule" not in both[0]
    assert rotas.entries(both[0]["final_schedule"]) == final(api, primary)
    assert api.get("/schedules", **{"include[]": ["users"]}).status_code == 400


def test_a_list_has_pages_and_teams(api, acme):
    team = acme.account.teams.create(name="Payments")
    for name in "ABC":
        api.post("/schedules", {"schedule": {"name": name, "time_zone": "UTC"}})
    acme.account.schedules.filter(name="B").update(team=team)

    page = api.get("/schedules", limit=2, offset=1).json()
    beyond = api.get("/schedules", offset=50).json()
    of_team = api.get("/schedules", **{"team_ids[]": [team.public_id]}).json()

    assert [one["name"] for one in page["schedules"]] == ["B", "C"]
    assert (beyond["schedules"], beyond["more"]) == ([], False)
    assert [one["name"] for one in of_team["schedules"]] == ["B"]


def test_a_longer_list_takes_no_more_queries(api, acme, django_assert_max_num_queries):
    for number in range(12):
        made = factories.schedule(
            acme.account, acme.alice.membership, name=f"Schedule {number}"
        )
        factories.policy(acme.account, [made], name=f"Policy {number}")

    with django_assert_max_num_queries(30):
        answer = api.get("/schedules", **SPRING, **{"include[]": ["final_schedule"]})

    assert len(answer.json()["schedules"]) == 12


def test_a_users_next_shift_comes_along(api, primary, ids, time_machine):
    time_machine.move_to(NOON, tick=False)

    shown = api.get(path(primary), include_next_oncall_for_user=ids["alice"]).json()
    listed = api.get("/schedules", include_next_oncall_for_user=ids["alice"]).json()
    nobody = api.get(path(primary), include_next_oncall_for_user="PNOBODY")

    found = shown["schedule"]["next_oncall_for_user"]
    assert found["start"] == "2027-03-11T09:00:00+01:00"
    assert [user["id"] for user in found["user"]] == [ids["alice"]]
    assert listed["schedules"][0]["next_oncall_for_user"] == found
    assert nobody.status_code == 400
    assert nobody.json()["error"]["code"] == 2013


def test_a_preview_is_no_schedule(api, acme, ids):
    answer = api.post("/schedules/preview", primary_body(ids))

    shown = answer.json()["schedule"]
    assert answer.status_code == 200
    assert (shown["self"], shown["escalation_policies"]) == (None, [])
    assert api.get(f"/schedules/{shown['id']}").status_code == 404
    assert not acme.account.audit_entries.filter(action="created schedule").exists()


def test_the_users_of_a_period_are_there_once(api, primary, time_machine):
    time_machine.move_to(NOON, tick=False)

    both = api.get(f"{path(primary)}/users", since="2027-03-10", until="2027-04-10")
    now = api.get(f"{path(primary)}/users")

    assert [user["name"] for user in both.json()["users"]] == ["Alice", "Bob"]
    assert both.json()["users"][0]["email"] == "alice@acme.example"
    assert [user["name"] for user in now.json()["users"]] == ["Bob"]


def test_overrides_have_an_outcome_each(api, acme, globex, primary, ids):
    good = override(ids["bob"], "2027-03-10T12:00:00+01:00", "2027-03-10T14:00:00Z")
    late = override(ids["bob"], "2027-03-10T13:00", "2027-03-10T13:30")
    backwards = override(ids["bob"], good["end"], good["start"])
    strange = override(globex.mallory.membership.public_id, good["start"], good["end"])

    answer = api.post(
        f"{path(primary)}/overrides", {"overrides": [good, backwards, strange, late]}
    )

    assert answer.status_code == 201
    outcomes = answer.json()
    assert [one["status"] for one in outcomes] == [201, 400, 400, 201]
    assert outcomes[0]["override"]["user"]["summary"] == "Bob"
    assert outcomes[0]["override"]["end"] == "2027-03-10T15:00:00+01:00"
    assert "after the start" in outcomes[1]["errors"][0]
    assert outcomes[1]["override"]["user"]["summary"] == "Bob"
    assert outcomes[3]["override"]["start"] == "2027-03-10T13:00:00+01:00"
    assert acme.account.schedule_overrides.count() == 2


def test_the_later_override_of_a_request_wins(api, primary, ids):
    period = ("2027-03-10T12:00:00+01:00", "2027-03-10T14:00:00+01:00")
    inner = ("2027-03-10T13:00:00+01:00", "2027-03-10T13:30:00+01:00")
    both = [override(ids["bob"], *period), override(ids["alice"], *inner)]

    api.post(f"{path(primary)}/overrides", {"overrides": both})

    shown = final(api, primary, since=period[0], until=period[1])
    assert [name for name, _, _ in shown] == ["Bob", "Alice", "Bob"]


def test_one_override_may_be_sent_in_the_older_form(api, primary, ids):
    one = override(ids["bob"], "2027-03-10T12:00:00Z", "2027-03-10T14:00:00Z")

    answer = api.post(f"{path(primary)}/overrides", {"override": one})

    assert [found["status"] for found in answer.json()] == [201]


@pytest.mark.parametrize("body", [{}, {"overrides": []}, {"overrides": "x"}, []])
def test_a_body_without_overrides_is_refused(api, primary, body):
    assert api.post(f"{path(primary)}/overrides", body).status_code == 400


def test_an_override_that_cannot_be_read_says_so(api, primary):
    sent = override("PNOBODY1", "soon", "later")

    answer = api.post(f"{path(primary)}/overrides", {"overrides": [sent]})

    (outcome,) = answer.json()
    assert outcome["status"] == 400
    assert len(outcome["errors"]) == 3
    assert outcome["override"] == sent


def test_overrides_are_listed_cut_or_whole(api, primary, ids):
    whole = override(
        ids["bob"], "2027-03-09T12:00:00+01:00", "2027-03-10T14:00:00+01:00"
    )
    later = override(
        ids["bob"], "2027-03-12T00:00:00+01:00", "2027-03-12T01:00:00+01:00"
    )
    address = f"{path(primary)}/overrides"
    api.post(address, {"overrides": [whole, later]})

    (cut,) = api.get(address, **SPRING).json()["overrides"]
    (found,) = api.get(address, **SPRING, overflow="true").json()["overrides"]

    assert (cut["start"], cut["end"]) == (SPRING["since"], whole["end"])
    assert (found["start"], found["end"]) == (whole["start"], whole["end"])
    assert api.get(address).status_code == 400


def test_only_future_overrides_can_be_edited(api, primary, ids, time_machine):
    time_machine.move_to(NOON, tick=False)
    address = f"{path(primary)}/overrides"
    running = override(ids["bob"], "2027-03-10T11:00:00Z", "2027-03-10T13:00:00Z")
    future = override(ids["bob"], "2027-03-11T11:00:00Z", "2027-03-11T13:00:00Z")
    made = api.post(address, {"overrides": [running, future]}).json()

    found = api.get(address, **SPRING, editable="true").json()["overrides"]

    assert [one["id"] for one in found] == [made[1]["override"]["id"]]


def test_an_override_is_removed_ended_or_kept_by_its_time(
    api, acme, primary, ids, time_machine
):
    time_machine.move_to(NOON, tick=False)
    address = f"{path(primary)}/overrides"
    periods = [
        ("2027-03-11T11:00:00Z", "2027-03-11T13:00:00Z"),
        ("2027-03-10T11:00:00Z", "2027-03-10T13:00:00Z"),
        ("2027-03-09T11:00:00Z", "2027-03-09T13:00:00Z"),
    ]
    sent = {"overrides": [override(ids["bob"], *period) for period in periods]}
    made = [one["override"]["id"] for one in api.post(address, sent).json()]

    future, running, past = (api.delete(f"{address}/{one}") for one in made)

    assert [future.status_code, running.status_code] == [204, 200]
    assert running.json()["override"]["end"] == "2027-03-10T13:00:00+01:00"
    assert past.status_code == 400
    assert past.json()["error"]["code"] == 4004
    left = acme.account.schedule_overrides.order_by("starts_at")
    assert [row.ends_at for row in left] == [
        datetime(2027, 3, 9, 13, tzinfo=UTC),
        NOON,
    ]


def test_a_responder_overrides_and_an_observer_does_not(acme, primary, ids):
    observer = factories.person(acme.account, "Olive", "observer").membership
    sent = {"overrides": [override(ids["bob"], START, "2027-03-02T00:00:00Z")]}
    address = f"{path(primary)}/overrides"

    refused = key(acme.account, observer).post(address, sent)
    done = key(acme.account, acme.bob.membership).post(address, sent)

    assert refused.status_code == 403
    assert done.json()[0]["status"] == 201
    made = acme.account.schedule_overrides.get()
    assert made.created_by == acme.bob.membership


def test_the_pager_and_the_api_ask_the_same_resolver(api, acme, primary, ids):
    row = acme.account.schedules.get()
    sent = override(ids["alice"], "2027-03-10T10:00:00Z", "2027-03-10T14:00:00Z")
    before = queries.on_call(acme.account, [row.pk], NOON)[row.pk]
    api.post(f"{path(primary)}/overrides", {"overrides": [sent]})

    after = queries.on_call(acme.account, [row.pk], NOON)[row.pk]

    assert [before, after] == [acme.bob.membership, acme.alice.membership]
    assert rotations.draft_of(row).time_zone == "Europe/Berlin"
