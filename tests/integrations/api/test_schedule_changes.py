"""Changes of a schedule through the API, and its end."""

from datetime import timedelta

import pytest

from tests import factories
from tests.factories import NOON
from tests.integrations.api import rotas
from tests.integrations.api.conftest import errors, key
from tests.integrations.api.rotas import DAY, START, layer, path, primary_body, schedule


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
