"""Requests for help, subscribers and status updates, through the API."""

import pytest

from incidents import responders
from tests import factories
from tests.integrations.api.conftest import errors, key
from tests.integrations.api.test_incidents import code, opened


@pytest.fixture
def api(acme):
    """Acme's key, which says that Bob acts."""
    return key(acme.account, From=acme.bob.user.email)


@pytest.fixture
def incident(acme):
    return opened(acme)


def asking(requester, *targets: dict[str, str]) -> dict:
    return {
        "requester_id": requester.membership.public_id,
        "message": "please join",
        "responder_request_targets": [
            {"responder_request_target": target} for target in targets
        ],
    }


def user(person) -> dict[str, str]:
    return {"id": person.membership.public_id, "type": "user_reference"}


def subscribing(*people) -> dict:
    return {
        "subscribers": [
            {"subscriber_id": person.membership.public_id, "subscriber_type": "user"}
            for person in people
        ]
    }


def requests(incident, more: str = "") -> str:
    return f"/incidents/{incident.public_id}/responder_requests{more}"


def updates(incident, more: str = "") -> str:
    return f"/incidents/{incident.public_id}/status_updates{more}"


def test_people_and_policies_are_asked_to_help(api, acme, incident):
    carol = factories.person(acme.account, "Carol")
    nights = factories.policy(acme.account, [carol.membership], name="Nights")
    policy = {"id": nights.public_id, "type": "escalation_policy_reference"}

    answer = api.post(requests(incident), asking(acme.bob, user(acme.alice), policy))

    assert answer.status_code == 200
    found = answer.json()["responder_request"]
    assert (found["requester"]["summary"], found["message"]) == ("Bob", "please join")
    asked = [
        each["responder_request_target"] for each in found["responder_request_targets"]
    ]
    assert [(each["type"], each["summary"]) for each in asked] == [
        ("user", "Alice"),
        ("escalation_policy", "Nights"),
    ]
    assert asked[1]["incident_responders"][0]["user"]["summary"] == "Carol"
    shown = api.get(f"/incidents/{incident.public_id}").json()["incident"]
    assert [
        (r["user"]["summary"], r["state"]) for r in shown["incidents_responders"]
    ] == [
        ("Alice", "pending"),
        ("Carol", "pending"),
    ]
    assert shown["responder_requests"] == [found]


def test_nobody_is_asked_without_sense(api, acme, incident):
    alice = user(acme.alice)
    nobody = {"id": "PNOBODY000000", "type": "user_reference"}

    assert code(api.post(requests(incident), asking(acme.bob, nobody))) == (400, 2001)
    assert code(api.post(requests(incident), asking(acme.bob))) == (400, 2001)
    assert code(api.post(requests(incident), {})) == (400, 2001)
    # Who is Bob cannot ask as Alice.
    assert code(api.post(requests(incident), asking(acme.alice, alice))) == (403, 1018)
    unknown = {**asking(acme.bob, alice), "requester_id": "PNOBODY000000"}
    assert code(api.post(requests(incident), unknown)) == (400, 1008)
    assert not incident.responders.exists()


def test_requests_are_taken_back(api, acme, incident):
    carol = factories.person(acme.account, "Carol")
    api.post(requests(incident), asking(acme.bob, user(acme.alice), user(carol)))
    joined = incident.responders.get(membership=carol.membership)
    joined.state = "joined"
    joined.save(update_fields=["state"])
    nobody = {"id": "PNOBODY000000", "type": "user_reference"}
    wanted = {
        "requester_id": acme.bob.membership.public_id,
        "responder_request_targets": [user(acme.alice), user(carol), nobody],
    }

    answer = api.put(requests(incident, "/cancel"), wanted)

    assert [
        target["result"] for target in answer.json()["responder_request_targets"]
    ] == ["cancelled", "joined", "not_found"]
    states = incident.responders.order_by("id").values_list("state", flat=True)
    assert list(states) == ["user_cancelled", "joined"]


def test_who_did_not_ask_takes_nothing_back(api, acme, incident):
    carol = factories.person(acme.account, "Carol")
    api.post(requests(incident), asking(acme.bob, user(acme.alice)))
    wanted = {
        "requester_id": carol.membership.public_id,
        "responder_request_targets": [user(acme.alice)],
    }

    answer = key(acme.account, carol.membership).put(
        requests(incident, "/cancel"), wanted
    )

    assert code(answer) == (403, 2010)
    assert responders.pending_of(incident, acme.alice.membership) is not None


def test_people_and_teams_are_subscribed(api, acme, incident):
    team = acme.account.teams.create(name="Payments")
    both = subscribing(acme.alice)
    both["subscribers"].append(
        {"subscriber_id": team.public_id, "subscriber_type": "team"}
    )

    def results():
        answer = api.post(updates(incident, "/subscribers"), both)
        return [one["result"] for one in answer.json()["subscriptions"]]

    assert results() == ["success", "success"]
    assert results() == ["duplicate", "duplicate"]
    found = api.get(updates(incident, "/subscribers"), total="true").json()
    assert [one["subscriber_type"] for one in found["subscribers"]] == ["user", "team"]
    assert (found["total"], found["more"]) == (2, False)
    assert found["account_id"] == acme.account.public_id


def test_people_are_unsubscribed(api, acme, incident):
    api.post(updates(incident, "/subscribers"), subscribing(acme.alice))

    answer = api.post(
        updates(incident, "/unsubscribe"), subscribing(acme.alice, acme.bob)
    )

    assert answer.json() == {
        "deleted_count": 1,
        "unauthorized_count": 0,
        "non_existent_count": 1,
    }
    assert not incident.subscribers.exists()


def test_nobody_of_another_account_is_subscribed(api, globex, incident):
    answer = api.post(updates(incident, "/subscribers"), subscribing(globex.mallory))

    assert code(answer) == (400, 2001)
    assert not incident.subscribers.exists()


def test_subscribers_are_told(api, acme, incident):
    api.post(updates(incident, "/subscribers"), subscribing(acme.alice))

    answer = api.post(updates(incident), {"message": "Half fixed", "subject": "News"})

    assert answer.status_code == 200
    found = answer.json()["status_update"]
    assert (found["message"], found["subject"]) == ("Half fixed", "News")
    assert found["sender"]["summary"] == "Bob"
    told = acme.account.notifications.filter(purpose="notice")
    assert [row.membership for row in told] == [acme.alice.membership]


def test_an_update_needs_words_and_a_sender(api, acme, incident):
    nameless = key(acme.account).post(updates(incident), {"message": "Hello"})

    assert errors(api.post(updates(incident), {"message": " "})) == [
        "Message may not be blank."
    ]
    assert code(nameless) == (400, 1008)
    olga = factories.person(acme.account, "Olga", "observer").membership
    looking = key(acme.account, olga).post(updates(incident), {"message": "Hello"})
    assert code(looking) == (403, 2010)
    assert not incident.status_updates.exists()
