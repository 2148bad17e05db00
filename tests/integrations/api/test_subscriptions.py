"""What users and teams are told of, seen from them."""

import pytest
from django.utils import timezone

from accounts.permissions import Actor
from incidents import actions
from tests.integrations.api.conftest import errors, key


@pytest.fixture
def incident(acme):
    return actions.open_incident(
        acme.service,
        actor=Actor("web", acme.alice.membership),
        at=timezone.now(),
        title="Checkout is down",
    )


def of(who, kind) -> str:
    return f"/{kind}/{who.public_id}/notification_subscriptions"


def wanted(*ids, kind="incident"):
    return {
        "subscribables": [
            {"subscribable_id": each, "subscribable_type": kind} for each in ids
        ]
    }


@pytest.fixture(params=["users", "teams"])
def path(request, acme):
    team = acme.account.teams.create(name="Payments")
    who = acme.bob.membership if request.param == "users" else team
    return of(who, request.param)


def listed(api, path) -> list[str]:
    found = api.get(path).json()["subscriptions"]
    return [each["subscription"]["subscribable_id"] for each in found]


def test_one_subscribes_once_and_unsubscribes(api, path, incident):
    body = wanted(incident.public_id)

    made = api.post(path, body)
    again = api.post(path, body)

    assert [s["result"] for s in made.json()["subscriptions"]] == ["success"]
    assert [s["result"] for s in again.json()["subscriptions"]] == ["duplicate"]
    assert listed(api, path) == [incident.public_id]
    counts = api.post(f"{path}/unsubscribe", wanted(incident.public_id, "QNOTHING"))
    assert counts.json() == {
        "deleted_count": 1,
        "unauthorized_count": 0,
        "non_existent_count": 1,
    }
    assert listed(api, path) == []


@pytest.mark.parametrize(
    "body", [{}, wanted(), wanted("QNOTHING"), wanted("P1", kind="business_service")]
)
def test_what_is_not_there_cannot_be_subscribed_to(api, path, body):
    answer = api.post(path, body)

    assert answer.status_code == 400
    assert errors(answer)
    assert listed(api, path) == []


def test_an_observer_subscribes_themselves_alone(acme, incident):
    from_bob = acme.bob.membership
    from_bob.role = "observer"
    from_bob.save()
    caller = key(acme.account, from_bob)
    body = wanted(incident.public_id)

    assert caller.post(of(from_bob, "users"), body).status_code == 200
    assert caller.post(of(acme.alice.membership, "users"), body).status_code == 403


def test_incidents_of_another_account_are_not_there(stranger, globex, incident):
    path = of(globex.mallory.membership, "users")

    assert stranger.post(path, wanted(incident.public_id)).status_code == 400
