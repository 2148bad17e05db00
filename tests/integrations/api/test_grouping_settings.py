"""Alert grouping settings: how services group alerts, as resources of their own."""

from datetime import timedelta

import pytest

from tests import factories
from tests.integrations.api.conftest import errors, key

ROOT = "alert_grouping_setting"
PATH = "/alert_grouping_settings"


def setting(service, **changes):
    return {
        "type": "content_based",
        "name": "By host",
        "description": "One incident a host",
        "config": {
            "aggregate": "all",
            "fields": ["summary", "custom_details.host"],
            "time_window": 900,
        },
        "services": [{"id": service.public_id, "type": "service_reference"}],
        **changes,
    }


@pytest.fixture
def made(api, acme):
    return api.post(PATH, {ROOT: setting(acme.service)}).json()[ROOT]


def test_a_setting_is_made_and_the_service_groups_by_it(api, acme, made):
    acme.service.refresh_from_db()

    assert acme.service.grouping == "content_based"
    assert acme.service.grouping_fields == ["summary", "custom_details.host"]
    assert acme.service.grouping_window == timedelta(seconds=900)
    assert (made["name"], made["description"]) == ("By host", "One incident a host")
    assert made["services"][0]["id"] == acme.service.public_id
    assert api.get(f"{PATH}/{made['id']}").json()[ROOT] == made
    shown = api.get(f"/services/{acme.service.public_id}").json()["service"]
    assert shown["alert_grouping_parameters"]["config"] == made["config"]


@pytest.mark.parametrize(
    ("seconds", "window"), [(90, timedelta(seconds=90)), (0, None)]
)
def test_a_setting_by_time_counts_in_seconds(api, acme, seconds, window):
    sent = setting(acme.service, type="time", config={"timeout": seconds})

    answer = api.post(PATH, {ROOT: sent})

    assert answer.status_code == 201
    assert answer.json()[ROOT]["config"] == {"timeout": seconds}
    acme.service.refresh_from_db()
    assert (acme.service.grouping, acme.service.grouping_window) == ("time", window)


def test_a_change_of_the_name_leaves_the_rest(api, acme, made):
    sent = {"name": "By machine", "unknown": True}

    changed = api.put(f"{PATH}/{made['id']}", {ROOT: sent}).json()[ROOT]

    assert changed["name"] == "By machine"
    assert changed["config"] == made["config"]
    assert changed["description"] == made["description"]


def test_deleting_a_setting_ends_the_grouping(api, acme, made):
    assert api.delete(f"{PATH}/{made['id']}").status_code == 204

    acme.service.refresh_from_db()
    assert acme.service.grouping == ""
    assert api.get(f"{PATH}/{made['id']}").status_code == 404
    assert api.delete(f"{PATH}/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type": "intelligent"}, "not by intelligent"),
        ({"type": "time", "config": {"timeout": 59}}, "seconds from 60"),
        ({"type": "time", "config": {"timeout": "soon"}}, "seconds from 60"),
        ({"config": {"fields": []}}, "Fields"),
        ({"config": {"fields": ["colour"]}}, "no field called colour"),
        ({"services": []}, "one service"),
        ({"services": [{"id": "PNOTHING", "type": "service"}]}, "no service PNOTHING"),
    ],
)
def test_what_makes_no_sense_is_refused(api, acme, change, words):
    answer = api.post(PATH, {ROOT: setting(acme.service, **change)})

    assert answer.status_code == 400
    assert words in " ".join(errors(answer))
    acme.service.refresh_from_db()
    assert acme.service.grouping == ""


def test_one_setting_for_several_services_is_refused_in_words(api, acme):
    other = factories.service(acme.account, acme.policy, "Search")
    both = [{"id": each.public_id, "type": "service"} for each in (acme.service, other)]

    answer = api.post(PATH, {ROOT: setting(acme.service, services=both)})

    assert answer.status_code == 400
    assert "make a setting for each" in errors(answer)[0]


def test_a_service_has_one_setting_and_keeps_it(api, acme, made):
    other = factories.service(acme.account, acme.policy, "Search")

    again = api.post(PATH, {ROOT: setting(acme.service)})
    moved = api.put(
        f"{PATH}/{made['id']}", {ROOT: {"services": setting(other)["services"]}}
    )

    assert again.status_code == moved.status_code == 400
    assert "already" in errors(again)[0]
    assert "stays with its service" in errors(moved)[0]


def test_cursors_lead_through_the_list_and_back(api, acme, made):
    for name in ("Search", "Mail"):
        service = factories.service(acme.account, acme.policy, name)
        sent = setting(service, type="time", config={"timeout": 60})
        api.post(PATH, {ROOT: sent})

    def ids(**query):
        answer = api.get(PATH, **query).json()
        return [each["id"] for each in answer[f"{ROOT}s"]], answer

    everything, whole = ids(total="true")
    assert whole["total"] == 3
    assert (whole["after"], whole["before"]) == (None, None)
    first, page = ids(limit=2)
    assert (first, page["before"]) == (everything[:2], None)
    second, page = ids(limit=2, after=page["after"])
    assert (second, page["after"]) == (everything[2:], None)
    assert ids(limit=2, before=page["before"])[0] == everything[:2]
    assert ids(**{"service_ids[]": [made["id"]]})[0] == [made["id"]]
    assert api.get(PATH, after="x").status_code == 400


def test_who_only_responds_sets_nothing(acme, made):
    bob = key(acme.account, acme.bob.membership)

    assert bob.get(f"{PATH}/{made['id']}").status_code == 200
    assert bob.put(f"{PATH}/{made['id']}", {ROOT: {"name": "x"}}).status_code == 403
    assert bob.delete(f"{PATH}/{made['id']}").status_code == 403


def test_a_setting_of_another_account_is_not_there(stranger, acme, made):
    assert stranger.get(f"{PATH}/{made['id']}").status_code == 404
    assert stranger.get(PATH).json()[f"{ROOT}s"] == []
    answer = stranger.post(PATH, {ROOT: setting(acme.service)})
    assert answer.status_code == 400
