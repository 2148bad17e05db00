"""What tools post in their own words: all of it is committed, or it is refused."""

import json

import pytest
from hypothesis import HealthCheck, given, settings

from incidents import integration_keys, payloads, tools
from incidents.models import Event
from integrations import posted
from integrations.inbound import registry
from tests import factories
from tests.integrations.inbound.conftest import ODD
from tests.integrations.test_inbound_events import ANY_JSON


@pytest.fixture
def post(client, acme):
    """Post to the integration of a kind, which is made when it is first asked for."""
    client.raise_request_exception = False

    def send(kind, body, **options):
        mine = acme.service.integrations.filter(kind=kind).first()
        mine = mine or factories.integration(acme.service, kind, kind=kind)
        content = body if isinstance(body, bytes) else json.dumps(body)
        url = f"/integration/{mine.key}/enqueue"
        options = {"content_type": "text/plain"} | options
        return client.post(url, content, **options)

    return send


READ = sorted(tool.kind for tool in tools.every() if registry.find(tool.kind))


def test_every_tool_says_how_it_is_set_up():
    assert len(READ) == 13
    for tool in tools.every():
        assert str(tool.name)
        assert str(tool.setup).endswith(".")
        assert tool.address("k" * 32).startswith("http")


@pytest.mark.django_db
def test_an_unknown_key_is_refused(client):
    for key in ("f" * 32, "x", "é", "a%00b"):
        answer = client.post(f"/integration/{key}/enqueue", "{}", "text/plain")
        assert answer.status_code == 404
        assert answer.json()["errors"] == ["Invalid integration key"]


@pytest.mark.django_db
def test_only_post_is_understood(client, acme):
    answer = client.get(f"/integration/{acme.integration.key}/enqueue")

    assert answer.status_code == 405
    assert answer["Allow"] == "POST"


@pytest.mark.django_db
@pytest.mark.parametrize("kind", READ)
def test_a_body_that_is_no_json_is_refused_and_shown(post, acme, kind):
    answer = post(kind, b"\xff not JSON")

    assert answer.status_code == 400
    assert answer.json()["errors"] == ["JSON parse error"]
    kept = acme.account.payloads.get()
    assert (kept.outcome, kept.reason) == ("refused", "The body is not JSON")


@pytest.mark.django_db
def test_a_body_that_is_too_long_is_refused(post):
    assert post("json", b" " * (posted.LARGEST_BODY + 1)).status_code == 413


@pytest.mark.django_db
@pytest.mark.parametrize("kind", sorted({*READ} - {"cloudwatch"}))
@pytest.mark.parametrize("body", [7, [], "x", {"unheard": "of"}, None])
def test_nothing_that_is_json_is_lost(post, kind, body):
    """It opens an alert that says so, or it says that nothing happened."""
    answer = post(kind, body)

    assert answer.status_code == 202
    told = answer.json()
    assert told["events"] == Event.across_accounts.count()
    assert bool(told.get("errors")) == (told["events"] == 1)


@pytest.mark.django_db
def test_the_events_api_is_understood_there_too(post, acme):
    v2 = {"summary": "Disk full", "source": "db-1", "severity": "error"}
    both = [
        {"event_action": "trigger", "dedup_key": "a", "payload": v2},
        {"event_type": "trigger", "incident_key": "b", "description": "Disk full"},
    ]

    for body in both:
        assert post("events_v2", body).status_code == 202
    refused = post("events_v2", {"event_action": "trigger"})

    assert refused.status_code == 400
    assert "'payload.summary' is missing or blank" in refused.json()["errors"]
    found = acme.account.events.order_by("id").values_list("dedup_key", flat=True)
    assert list(found) == ["a", "b"]


@pytest.mark.django_db
def test_only_the_last_payloads_are_kept(post, acme):
    for number in range(payloads.KEPT + 3):
        post("json", {"title": f"Problem {number}"})
    mine = acme.service.integrations.get(kind="json")

    assert mine.payloads.count() == payloads.KEPT
    last = payloads.last(mine)
    assert last
    assert last.body == {"title": f"Problem {payloads.KEPT + 2}"}


@pytest.mark.django_db
def test_a_huge_payload_is_taken_but_not_kept(post, acme):
    assert post("json", {"title": "x", "y": "z" * payloads.LONGEST}).status_code == 202

    assert acme.account.payloads.get().body is None
    assert acme.account.events.get().body["summary"] == "x"


@pytest.mark.django_db
def test_the_key_before_works_for_a_while(post, client, acme):
    acme.integration.previous_key = "0" * 32
    acme.integration.previous_key_until = factories.NOON
    acme.integration.save()
    early = factories.NOON - integration_keys.BOTH_WORK

    assert integration_keys.find("0" * 32, early) == acme.integration
    assert integration_keys.find("0" * 32, factories.NOON) is None
    assert integration_keys.find(acme.integration.key, factories.NOON)


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=ANY_JSON | ODD)
def test_no_body_is_a_fault_of_ours(post, body):
    for kind in ("prometheus", "json", "cloudwatch", "zabbix"):
        assert post(kind, body).status_code in (202, 403, 429)


@pytest.mark.django_db
def test_too_many_messages_are_throttled_but_an_end_of_an_alert_is_not(post, acme):
    acme.account.events_per_minute = 4
    acme.account.save()
    codes = [post("json", {"title": "x", "id": n}).status_code for n in range(3)]
    assert codes == [202, 202, 429]

    end = {"title": "x", "status": "resolved"}
    assert post("json", end | {"id": 0}).status_code == 202
    assert post("json", end | {"id": "never seen"}).status_code == 429
