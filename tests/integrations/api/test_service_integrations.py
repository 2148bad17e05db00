"""Integrations of a service through the API, and the vendors."""

import re
from datetime import UTC, datetime

import pytest

from tests import factories
from tests.integrations.api.conftest import errors, key


def reference(row, kind: str) -> dict[str, str]:
    return {"id": row.public_id, "type": f"{kind}_reference"}


def now() -> datetime:
    return datetime.now(UTC)


def integrations(service) -> str:
    return f"/services/{service.public_id}/integrations"


def test_an_integration_is_made_with_a_key(api, acme):
    sent = {
        "type": "events_api_v2_inbound_integration",
        "name": "Prometheus",
        "service": reference(acme.service, "service"),
    }
    made = api.post(integrations(acme.service), {"integration": sent})

    assert made.status_code == 201
    integration = made.json()["integration"]
    assert integration["type"] == "events_api_v2_inbound_integration"
    assert integration["service"]["id"] == acme.service.public_id
    assert integration["vendor"] is None
    assert integration["integration_email"] is None
    stored = acme.service.integrations.get(name="Prometheus")
    assert integration["integration_key"] == stored.key
    path = f"{integrations(acme.service)}/{integration['id']}"
    assert integration["self"].endswith(f"/api{path}")
    assert api.get(path).json() == made.json()


def test_an_integration_may_be_a_vendors(api, acme):
    (vendor,) = api.get("/vendors", query="zabb").json()["vendors"]
    sent = {"vendor": {"id": vendor["id"], "type": "vendor_reference"}}

    made = api.post(integrations(acme.service), {"integration": sent})

    integration = made.json()["integration"]
    assert integration["name"] == "Zabbix"
    assert integration["vendor"]["id"] == vendor["id"]
    path = f"{integrations(acme.service)}/{integration['id']}"
    full = api.get(path, **{"include[]": "vendors"}).json()["integration"]
    assert full["vendor"] == vendor
    assert api.get(f"/vendors/{vendor['id']}").json() == {"vendor": vendor}
    assert api.get("/vendors/PNOSUCH").status_code == 404


def test_vendors_are_the_tools_whose_messages_we_read(api):
    found = api.get("/vendors", limit=100).json()["vendors"]

    names = [vendor["name"] for vendor in found]
    assert {"Prometheus Alertmanager", "Grafana", "Zabbix"} <= set(names)
    assert "Events API" not in names
    ids = [vendor["id"] for vendor in found]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"P\w{6,13}", each) for each in ids)


@pytest.mark.parametrize(
    "kind",
    [
        "generic_events_api_inbound_integration",
        "nagios_inbound_integration",
        "event_transformer_api_inbound_integration",
    ],
)
def test_an_integration_keeps_its_type(api, acme, kind):
    sent = {"type": kind, "name": "Old"}

    made = api.post(integrations(acme.service), {"integration": sent})

    assert made.json()["integration"]["type"] == sent["type"]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"name": "Mail", "type": "generic_email_inbound_integration"}, "cannot be"),
        ({"name": "None"}, "Type or vendor is required."),
        ({"vendor": {"id": "PNOSUCH"}}, "There is no vendor PNOSUCH."),
        ({"vendor": "Zabbix"}, "reference with an id"),
    ],
)
def test_an_unfit_integration_is_refused(api, acme, sent, words):
    answer = api.post(integrations(acme.service), {"integration": sent})

    assert answer.status_code == 400
    assert words in errors(answer)[0]
    assert acme.service.integrations.count() == 1


def test_an_integration_is_renamed_and_keeps_its_key(api, acme):
    path = f"{integrations(acme.service)}/{acme.integration.public_id}"

    answer = api.put(path, {"integration": {"name": "Alertmanager"}})

    integration = answer.json()["integration"]
    assert integration["name"] == "Alertmanager"
    assert integration["integration_key"] == acme.integration.key


def test_an_integration_is_found_below_its_own_service_only(api, acme, stranger):
    other = factories.service(acme.account, acme.policy, "Search")
    elsewhere = f"{integrations(other)}/{acme.integration.public_id}"
    path = f"{integrations(acme.service)}/{acme.integration.public_id}"

    assert api.get(elsewhere).status_code == 404
    assert api.delete(elsewhere).status_code == 404
    assert stranger.get(path).status_code == 404
    assert stranger.put(path, {"integration": {"name": "x"}}).status_code == 404


def test_an_unused_integration_is_deleted_and_a_used_one_stays(api, acme):
    unused = factories.integration(acme.service, "Unused")
    acme.integration.events.create(
        account=acme.account,
        action="trigger",
        dedup_key="a",
        body={},
        received_at=now(),
    )

    refused = api.delete(f"{integrations(acme.service)}/{acme.integration.public_id}")

    assert refused.status_code == 400
    assert "history" in errors(refused)[0]
    gone = f"{integrations(acme.service)}/{unused.public_id}"
    assert api.delete(gone).status_code == 204
    assert api.get(gone).status_code == 404


def test_a_responder_makes_no_integration(acme):
    mine = key(acme.account, acme.bob.membership)
    path = f"{integrations(acme.service)}/{acme.integration.public_id}"
    sent = {"integration": {"type": "events_api_v2_inbound_integration", "name": "x"}}

    assert mine.post(integrations(acme.service), sent).status_code == 403
    assert mine.put(path, sent).status_code == 403
    assert mine.delete(path).status_code == 403
