"""A page per integration says which messages were refused, and why."""

import json

import pytest
from django.urls import reverse

from incidents import payloads
from integrations import posted

pytestmark = pytest.mark.django_db


def trigger(key, **changes):
    payload = {"summary": "Disk is full", "source": "db-7", "severity": "error"}
    event = {"routing_key": key, "event_action": "trigger", "payload": payload}
    return event | changes


def v1(key, **changes):
    event = {"service_key": key, "event_type": "trigger", "description": "Full"}
    return event | changes


def reasons(integration) -> list[str]:
    rows = integration.payloads.filter(outcome="refused").order_by("id")
    return [row.reason for row in rows]


@pytest.fixture
def send(client):
    def post(path, body):
        content = body if isinstance(body, bytes) else json.dumps(body)
        return client.post(path, content, "application/json")

    return post


@pytest.mark.parametrize(
    ("path", "make", "wrong", "words"),
    [
        ("/v2/enqueue", trigger, {"event_action": "explode"}, "'event_action' is inv"),
        ("/v2/enqueue", trigger, {"payload": {}}, "'payload.source' is missing"),
        (
            "/generic/2010-04-15/create_event.json",
            v1,
            {"description": ""},
            "Description is missing or blank",
        ),
        (
            "/v2/change/enqueue",
            trigger,
            {"payload": {}},
            "'payload.summary' is missing",
        ),
    ],
)
def test_a_refused_event_is_remembered_with_its_reason(
    send, acme, path, make, wrong, words
):
    answer = send(path, make(acme.integration.key, **wrong))

    assert answer.status_code == 400
    [reason] = reasons(acme.integration)
    assert words in reason
    assert acme.integration.payloads.get().body


def test_what_is_no_json_is_remembered_where_its_key_can_be_seen(send, acme):
    broken = json.dumps(trigger(acme.integration.key)).encode()[:-2]

    assert send("/v2/enqueue", broken).status_code == 400

    assert reasons(acme.integration) == [posted.NOT_JSON]


def test_what_is_too_large_is_remembered_where_its_key_can_be_seen(send, acme):
    large = trigger(acme.integration.key, rest="x" * posted.LARGEST_BODY)

    assert send("/v2/enqueue", large).status_code == 413

    assert reasons(acme.integration) == [posted.TOO_LARGE]


def test_too_large_a_message_of_a_tool_is_remembered_by_its_address(send, acme):
    path = f"/integration/{acme.integration.key}/enqueue"

    assert send(path, b"x" * (posted.LARGEST_BODY + 1)).status_code == 413

    assert reasons(acme.integration) == [posted.TOO_LARGE]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"routing_key": 7}'])
def test_what_names_no_key_is_nobody_s(send, acme, body):
    assert send("/v2/enqueue", body).status_code == 400
    assert send("/v2/enqueue", trigger("f" * 32, payload={})).status_code == 400

    assert not acme.account.payloads.exists()


def test_an_accepted_event_is_no_refusal(send, acme):
    assert send("/v2/enqueue", trigger(acme.integration.key)).status_code == 202

    assert reasons(acme.integration) == []


def test_only_so_many_are_kept(send, acme):
    for _number in range(payloads.KEPT + 3):
        send("/v2/enqueue", trigger(acme.integration.key, event_action="explode"))

    assert acme.integration.payloads.count() == payloads.KEPT


def test_the_page_shows_the_reason(client, send, acme):
    send("/v2/enqueue", trigger(acme.integration.key, event_action="explode"))
    client.force_login(acme.bob.user)

    page = client.get(reverse("integration", args=[acme.integration.public_id]))

    assert "&#x27;event_action&#x27; is invalid" in page.text
    assert "Refused" in page.text
