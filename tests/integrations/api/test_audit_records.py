"""Audit records, through the API."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts import audit, people
from accounts.permissions import Actor
from tests.integrations.api.conftest import key

PATH = "/audit/records"


def records(answer) -> list[tuple[str, str]]:
    found = answer.json()["records"]
    return [(each["action"], each["root_resource"]["summary"]) for each in found]


@pytest.fixture
def changed(api, acme):
    """A team and a service were made through the API, and a role changed on a page."""
    api.post("/teams", {"team": {"name": "Payments"}})
    service = f"/services/{acme.service.public_id}"
    api.put(service, {"service": {"name": "Till"}}, From="alice@acme.example")
    people.change_role(
        acme.bob.membership,
        "manager",
        actor=Actor("web", acme.alice.membership),
        at=datetime.now(UTC),
    )


def test_changes_are_listed_newest_first(api, acme, changed):
    answer = api.get(PATH)

    assert records(answer) == [
        ("update", "Bob"),
        ("update", "Till"),
        ("create", "Payments"),
    ]
    role, service, team = answer.json()["records"]
    assert role["method"]["type"] == "browser"
    assert role["root_resource"]["id"] == acme.bob.membership.public_id
    assert service["method"]["type"] == "api_token"
    assert [actor["summary"] for actor in service["actors"]] == ["Alice"]
    assert service["details"]["fields"] == [{"name": "name"}]
    assert team["actors"] == []
    assert team["root_resource"]["type"] == "team_reference"


def test_changes_are_chosen_by_type_action_and_actor(api, acme, changed):
    alice = acme.alice.membership.public_id

    by_type = api.get(PATH, **{"root_resource_types[]": ["teams", "users"]})
    assert records(by_type) == [("update", "Bob"), ("create", "Payments")]
    assert records(api.get(PATH, **{"actions[]": "create"})) == [("create", "Payments")]
    assert len(records(api.get(PATH, actor_id=alice))) == 2


def test_changes_of_one_resource_are_listed(api, acme, changed, stranger):
    user = f"/users/{acme.bob.membership.public_id}{PATH}"
    service = f"/services/{acme.service.public_id}{PATH}"

    assert records(api.get(user)) == [("update", "Bob")]
    assert records(api.get(service)) == [("update", "Till")]
    policy = f"/escalation_policies/{acme.policy.public_id}{PATH}"
    assert records(api.get(policy)) == []
    assert stranger.get(user).status_code == 404


def test_pages_follow_a_cursor(api, changed):
    first = api.get(PATH, limit=2)
    second = api.get(PATH, limit=2, cursor=first.json()["next_cursor"])

    assert len(records(first)) == 2
    assert records(second) == [("create", "Payments")]
    assert second.json()["next_cursor"] is None
    assert api.get(PATH, cursor="x").status_code == 400


def test_a_day_is_looked_back_at_and_a_month_at_most(api, acme):
    old = datetime.now(UTC) - timedelta(days=3)
    audit.record(Actor("web"), "updated service", acme.service, at=old)
    since = (old - timedelta(hours=1)).isoformat()

    assert records(api.get(PATH)) == []
    assert records(api.get(PATH, since=since)) == [("update", "Checkout")]
    far = (old - timedelta(days=40)).isoformat()
    assert api.get(PATH, since=far).status_code == 400


def test_only_admins_read_them(acme, stranger, changed):
    mine = key(acme.account, acme.bob.membership)

    assert mine.get(PATH).status_code == 403
    assert mine.get(f"/users/{acme.bob.membership.public_id}{PATH}").status_code == 403
    assert records(stranger.get(PATH)) == []
