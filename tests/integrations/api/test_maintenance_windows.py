"""Maintenance windows, through the API."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.permissions import Actor
from incidents import maintenance
from tests import factories
from tests.integrations.api.conftest import errors, key

HOUR = timedelta(hours=1)
PATH = "/maintenance_windows"


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def body(world, start: datetime, end: datetime, **more) -> dict:
    services = [{"id": world.service.public_id, "type": "service_reference"}]
    window = {
        "type": "maintenance_window",
        "start_time": start.isoformat(),
        "end_time": end.isoformat(),
        "services": services,
    }
    return {"maintenance_window": {**window, **more}}


def plan(world, start: timedelta, end: timedelta, **values):
    """Plan a window, at a time when it is to come."""
    return maintenance.plan(
        world.account,
        actor=Actor("web", next(iter(world.people.values())).membership),
        at=now() - timedelta(days=2),
        **{
            "services": [world.service],
            "starts_at": now() + start,
            "ends_at": now() + end,
            **values,
        },
    )


def names(answer) -> list[str]:
    return [each["summary"] for each in answer.json()["maintenance_windows"]]


@pytest.fixture
def windows(acme):
    """One that is over, one that lasts, and one to come."""
    return {
        "past": plan(acme, -3 * HOUR, -2 * HOUR, description="past"),
        "ongoing": plan(acme, -1 * HOUR, HOUR, description="ongoing"),
        "future": plan(acme, 2 * HOUR, 3 * HOUR, description="future"),
    }


def test_a_window_is_planned_by_whom_from_names(api, acme):
    start, end = now() + HOUR, now() + 2 * HOUR
    sent = body(acme, start, end, description="New disks")

    made = api.post(PATH, sent, From="bob@acme.example")

    assert made.status_code == 403
    made = api.post(PATH, sent, From="alice@acme.example")
    assert made.status_code == 201
    window = made.json()["maintenance_window"]
    assert window["created_by"]["summary"] == "Alice"
    assert window["description"] == window["summary"] == "New disks"
    assert window["sequence_number"] == 1
    assert window["start_time"] == start.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert [s["id"] for s in window["services"]] == [acme.service.public_id]
    assert api.get(f"{PATH}/{window['id']}").json() == made.json()


def test_a_start_in_the_past_becomes_now(api, acme):
    made = api.post(PATH, body(acme, now() - HOUR, now() + HOUR))

    begun = made.json()["maintenance_window"]["start_time"]
    assert datetime.fromisoformat(begun) >= now() - timedelta(minutes=5)
    service = api.get(f"/services/{acme.service.public_id}").json()["service"]
    assert service["status"] == "maintenance"


@pytest.mark.parametrize(
    ("start", "end", "more", "words"),
    [
        (-2 * HOUR, -HOUR, {}, "The end must be in the future"),
        (2 * HOUR, HOUR, {}, "after the start"),
        (HOUR, 2 * HOUR, {"services": []}, "Services"),
        (HOUR, 2 * HOUR, {"services": [{"id": "PNOSUCH"}]}, "no service PNOSUCH"),
        (HOUR, 2 * HOUR, {"start_time": "soon"}, "Start time"),
        (HOUR, 2 * HOUR, {"end_time": "9999-12-31T23:59:59Z"}, "too far"),
    ],
)
def test_an_unfit_window_is_refused(api, acme, start, end, more, words):
    answer = api.post(PATH, body(acme, now() + start, now() + end, **more))

    assert answer.status_code == 400
    assert words in errors(answer)[0]
    assert not acme.account.maintenance_windows.exists()


def test_a_window_takes_no_service_of_another_account(api, acme, globex):
    answer = api.post(PATH, body(globex, now() + HOUR, now() + 2 * HOUR))

    assert answer.status_code == 400
    assert errors(answer)[0].startswith("Services: There is no service")


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("past", ["past"]),
        ("ongoing", ["ongoing"]),
        ("future", ["future"]),
        ("open", ["ongoing", "future"]),
        ("all", ["past", "ongoing", "future"]),
    ],
)
def test_windows_are_listed_by_their_state(api, windows, state, found):
    assert names(api.get(PATH, filter=state)) == found


def test_windows_are_found_by_words_services_and_teams(api, acme, windows):
    team = acme.account.teams.create(name="Payments")
    other = factories.service(acme.account, acme.policy, "Search", team=team)
    plan(acme, HOUR, 2 * HOUR, services=[other], description="Reindex")

    assert names(api.get(PATH, query="index")) == ["Reindex"]
    assert names(api.get(PATH, **{"service_ids[]": other.public_id})) == ["Reindex"]
    assert names(api.get(PATH, **{"team_ids[]": team.public_id})) == ["Reindex"]
    assert api.get(PATH, filter="soon").status_code == 400
    assert api.get(PATH, **{"include[]": "policies"}).status_code == 400


def test_what_is_included_is_full(api, acme, windows):
    acme.service.team = acme.account.teams.create(name="Payments")
    acme.service.save()

    answer = api.get(PATH, **{"include[]": ["services", "teams", "users"]})

    window = answer.json()["maintenance_windows"][0]
    assert window["services"][0]["type"] == "service"
    assert window["services"][0]["acknowledgement_timeout"] == 1800
    assert window["teams"][0]["name"] == "Payments"
    assert window["created_by"]["email"] == "alice@acme.example"


def test_a_list_takes_as_many_queries_for_many(
    api, acme, django_assert_max_num_queries, django_assert_num_queries
):
    wanted = {"include[]": ["services", "teams", "users"]}
    plan(acme, HOUR, 2 * HOUR)
    api.get(PATH, **wanted)
    with django_assert_max_num_queries(40) as few:
        api.get(PATH, **wanted)
    for number in range(4):
        service = factories.service(acme.account, acme.policy, f"Service {number}")
        factories.integration(service)
        plan(acme, HOUR, 2 * HOUR, services=[service, acme.service])

    with django_assert_num_queries(len(few)):
        answer = api.get(PATH, **wanted)
    assert len(names(answer)) == 5


def test_a_window_to_come_is_changed(api, acme, windows):
    other = factories.service(acme.account, acme.policy, "Search")
    path = f"{PATH}/{windows['future'].public_id}"
    sent = {"services": [{"id": other.public_id, "type": "service"}]}

    answer = api.put(path, {"maintenance_window": sent})

    window = answer.json()["maintenance_window"]
    assert [s["summary"] for s in window["services"]] == ["Search"]
    assert window["description"] == "future"


def test_only_the_end_of_a_window_that_lasts_is_moved(api, acme, windows):
    path = f"{PATH}/{windows['ongoing'].public_id}"
    before = api.get(path).json()["maintenance_window"]
    later = (now() + 5 * HOUR).strftime("%Y-%m-%dT%H:%M:%SZ")

    # As clients do: what was read, with one member changed.
    sent = {**before, "end_time": later}
    answer = api.put(path, {"maintenance_window": sent})

    assert answer.json()["maintenance_window"] == sent
    other = factories.service(acme.account, acme.policy, "Search")
    moved = {"services": [{"id": other.public_id, "type": "service"}]}
    refused = api.put(path, {"maintenance_window": moved})
    assert errors(refused) == ["The window has begun; its services stay as they are."]


def test_a_window_is_deleted_ended_or_kept(api, acme, windows):
    paths = {name: f"{PATH}/{window.public_id}" for name, window in windows.items()}

    assert api.delete(paths["future"]).status_code == 204
    assert api.get(paths["future"]).status_code == 404
    assert api.delete(paths["ongoing"]).status_code == 204
    assert names(api.get(PATH, filter="past")) == ["past", "ongoing"]
    refused = api.delete(paths["past"])
    assert refused.status_code == 405
    assert refused.json()["error"]["code"] == 5003


def test_a_responder_changes_no_window(acme, windows):
    mine = key(acme.account, acme.bob.membership)
    sent = body(acme, now() + HOUR, now() + 2 * HOUR)

    assert mine.post(PATH, sent).status_code == 403
    for window in windows.values():
        path = f"{PATH}/{window.public_id}"
        assert mine.get(path).status_code == 200
        assert mine.put(path, sent).status_code == 403
        assert mine.delete(path).status_code == 403


def test_another_accounts_window_is_not_found(stranger, windows):
    path = f"{PATH}/{windows['future'].public_id}"

    assert stranger.get(path).status_code == 404
    assert stranger.delete(path).status_code == 404
    assert names(stranger.get(PATH)) == []
