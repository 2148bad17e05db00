"""Webhook subscriptions, through the API."""

import pytest

from tests import factories
from tests.integrations.api.conftest import errors, key

PATH = "/webhook_subscriptions"
URL = "https://bus.example/hook"


def body(**more):
    """What a caller sends to make one."""
    subscription = {
        "type": "webhook_subscription",
        "delivery_method": {"type": "http_delivery_method", "url": URL},
        "events": ["incident.triggered", "incident.resolved"],
        "filter": {"type": "account_reference"},
        "description": "to our bus",
    }
    return {"webhook_subscription": {**subscription, **more}}


def method(**more):
    return {"type": "http_delivery_method", "url": URL, **more}


def make(api, **more):
    answer = api.post(PATH, body(**more))
    assert answer.status_code == 200, answer.json()
    return answer.json()["webhook_subscription"]


def ids(answer):
    return [each["id"] for each in answer.json()["webhook_subscriptions"]]


def test_creating_alone_tells_the_secret(api):
    made = make(api)

    assert len(made["delivery_method"]["secret"]) >= 32
    assert made["active"] is True
    assert made["delivery_method"]["temporarily_disabled"] is False
    for shown in (
        api.get(f"{PATH}/{made['id']}").json()["webhook_subscription"],
        api.get(PATH).json()["webhook_subscriptions"][0],
        api.post(f"{PATH}/{made['id']}/enable").json()["webhook_subscription"],
        api.put(f"{PATH}/{made['id']}", body()).json()["webhook_subscription"],
    ):
        assert shown["delivery_method"].pop("secret") is None
        expected = {**made["delivery_method"]}
        expected.pop("secret")
        assert shown["delivery_method"] == expected
        assert shown["id"] == made["id"]


def test_values_of_headers_are_never_shown(api, acme):
    headers = [{"name": "Authorization", "value": "Bearer abc"}]

    made = make(api, delivery_method=method(custom_headers=headers))

    redacted = [{"name": "Authorization", "value": "-- redacted --"}]
    assert made["delivery_method"]["custom_headers"] == redacted
    row = acme.account.webhook_subscriptions.get()
    assert row.headers == headers
    assert "abc" not in row.sealed_headers


def test_a_subscription_of_a_service_or_a_team(api, acme):
    team = acme.account.teams.create(name="Payments")
    service = {"type": "service_reference", "id": acme.service.public_id}
    teams = {"type": "team_reference", "id": team.public_id}

    of_account = make(api)
    of_service = make(api, filter=service)
    of_team = make(api, filter=teams)

    assert of_service["filter"] == service
    assert of_team["filter"] == teams
    assert ids(api.get(PATH)) == [of_account["id"], of_service["id"], of_team["id"]]
    assert ids(api.get(PATH, filter_type="account")) == [of_account["id"]]
    found = api.get(PATH, filter_type="service", filter_id=acme.service.public_id)
    assert ids(found) == [of_service["id"]]
    assert ids(api.get(PATH, filter_type="team", filter_id="PNOWHERE")) == []
    page = api.get(PATH, limit=1, offset=1, total="true").json()
    assert page["total"] == 3
    assert page["more"] is True
    refused = api.get(PATH, filter_type="incident")
    assert refused.status_code == 400


def test_only_members_that_are_sent_change(api, acme):
    made = make(api)
    path = f"{PATH}/{made['id']}"
    reference = {"type": "service_reference", "id": acme.service.public_id}

    changed = api.put(path, {"webhook_subscription": {"active": False}})

    assert changed.status_code == 200
    now = changed.json()["webhook_subscription"]
    assert (now["active"], now["description"]) == (False, "to our bus")
    assert now["events"] == made["events"]
    sent = {"filter": reference, "description": None, "events": ["service.created"]}
    now = api.put(path, {"webhook_subscription": sent}).json()["webhook_subscription"]
    assert now["filter"] == reference
    assert now["events"] == ["service.created"]
    assert now["description"] is None
    assert now["active"] is False


def test_the_way_of_delivery_stays(api):
    made = make(api)
    other = {"delivery_method": method(url="https://elsewhere.example/")}

    changed = api.put(f"{PATH}/{made['id']}", {"webhook_subscription": other})

    assert changed.status_code == 200
    now = changed.json()["webhook_subscription"]
    assert now["delivery_method"]["url"] == URL


def test_a_password_in_the_address_becomes_a_header(api):
    made = make(api, delivery_method=method(url="https://ann:pw@bus.example/hook"))

    assert made["delivery_method"]["url"] == URL
    names = [each["name"] for each in made["delivery_method"]["custom_headers"]]
    assert names == ["Authorization"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"delivery_method": method(url="http://bus.example/")}, "https://"),
        ({"delivery_method": method(url="https://10.0.0.1/")}, "private networks"),
        ({"delivery_method": method(url="gopher")}, "not an address of the web"),
        ({"delivery_method": {"type": "http_delivery_method"}}, "Url is required"),
        ({"delivery_method": method(type="sms")}, "sms"),
        ({"delivery_method": None}, "Delivery method may not be null"),
        ({"events": []}, "Events"),
        ({"events": ["incident.exploded"]}, "incident.exploded is no type of event"),
        ({"events": "incident.triggered"}, "Events"),
        ({"filter": {"type": "service_reference"}}, "needs an id"),
        ({"filter": {"type": "service_reference", "id": "PX"}}, "no service PX"),
        ({"filter": {"type": "incident_reference", "id": "Q1"}}, "incident_reference"),
        ({"filter": "account"}, "must be an object"),
        (
            {"delivery_method": method(custom_headers=[{"name": "Host", "value": ""}])},
            "Host is ours to set",
        ),
        (
            {"delivery_method": method(custom_headers=[{"name": "A b", "value": ""}])},
            "no name of a header",
        ),
        (
            {"delivery_method": method(custom_headers=[{"name": "A"}])},
            "Value is required",
        ),
        ({"active": "perhaps"}, "Active"),
        ({"type": "webhook"}, "webhook"),
    ],
)
def test_what_cannot_be_is_refused_in_words(api, acme, more, words):
    answer = api.post(PATH, body(**more))

    assert answer.status_code == 400
    assert any(words in sentence for sentence in errors(answer)), errors(answer)
    assert not acme.account.webhook_subscriptions.exists()


def test_a_service_of_another_account_cannot_be_heard(api, globex, acme):
    strange = {"type": "service_reference", "id": globex.service.public_id}

    made = api.post(PATH, body(filter=strange))

    assert made.status_code == 400
    assert errors(made) == [f"Filter: There is no service {globex.service.public_id}."]
    mine = make(api)
    moved = api.put(
        f"{PATH}/{mine['id']}", {"webhook_subscription": {"filter": strange}}
    )
    assert moved.status_code == 400
    assert not acme.account.webhook_subscriptions.exclude(service=None).exists()


def test_a_ping_is_accepted(api, acme):
    made = make(api)

    answer = api.post(f"{PATH}/{made['id']}/ping")

    assert answer.status_code == 202
    assert acme.account.webhook_deliveries.get().event_type == "pagey.ping"


def test_enabling_ends_a_temporary_disabling(api, acme):
    made = make(api)
    rows = acme.account.webhook_subscriptions
    rows.update(disabled_until=factories.NOON, drops=3)
    shown = api.get(f"{PATH}/{made['id']}").json()["webhook_subscription"]
    assert shown["delivery_method"]["temporarily_disabled"] is True

    answer = api.post(f"{PATH}/{made['id']}/enable")

    assert answer.status_code == 200
    now = answer.json()["webhook_subscription"]
    assert now["delivery_method"]["temporarily_disabled"] is False
    assert rows.get().disabled_until is None


def test_deleting(api):
    made = make(api)

    assert api.delete(f"{PATH}/{made['id']}").status_code == 204
    assert api.get(f"{PATH}/{made['id']}").status_code == 404
    assert api.delete(f"{PATH}/{made['id']}").status_code == 404


@pytest.mark.parametrize("call", ["get", "put", "delete", "enable", "ping"])
def test_nobody_reaches_those_of_another_account(api, stranger, acme, call):
    made = make(api)
    path = f"{PATH}/{made['id']}"
    calls = {
        "get": lambda: stranger.get(path),
        "put": lambda: stranger.put(path, body(active=False)),
        "delete": lambda: stranger.delete(path),
        "enable": lambda: stranger.post(f"{path}/enable"),
        "ping": lambda: stranger.post(f"{path}/ping"),
    }

    assert calls[call]().status_code == 404
    assert ids(stranger.get(PATH)) == []
    assert acme.account.webhook_subscriptions.get().is_active
    assert not acme.account.webhook_deliveries.exists()


def test_who_may_not_configure_sees_none(api, acme):
    made = make(api)
    bob = key(acme.account, acme.bob.membership)
    path = f"{PATH}/{made['id']}"

    answers = [
        bob.get(PATH),
        bob.get(path),
        bob.post(PATH, body()),
        bob.put(path, body()),
        bob.delete(path),
        bob.post(f"{path}/enable"),
        bob.post(f"{path}/ping"),
        api.post(PATH, body(), From="bob@acme.example"),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert acme.account.webhook_subscriptions.count() == 1


def test_a_read_only_key_of_the_account_only_reads(api, acme):
    made = make(api)
    reader = key(acme.account, read_only=True)

    assert ids(reader.get(PATH)) == [made["id"]]
    assert reader.post(PATH, body()).status_code == 403
    assert reader.delete(f"{PATH}/{made['id']}").status_code == 403
