"""Past and related incidents, and the changes before one, over the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from incidents.states import ACKNOWLEDGED, RESOLVED, TRIGGERED
from tests import factories

HOUR = timedelta(hours=1)


def incident(service, title, status=RESOLVED, ago=timedelta(days=3)):
    account, began = service.account, timezone.now() - ago
    account.last_incident_number += 1
    account.save()
    return account.incidents.create(
        number=account.last_incident_number,
        title=title,
        service=service,
        status=status,
        created_at=began,
        changed_at=began,
    )


@pytest.fixture
def now(acme):
    title = "Disk is 91% full on db-7"
    return incident(acme.service, title, TRIGGERED, ago=timedelta())


def test_similar_resolved_incidents_of_the_service_come_the_best_first(api, acme, now):
    other = factories.service(acme.account, acme.policy, "Search")
    some = incident(acme.service, "Disk is slow on db-2")
    same = incident(acme.service, "Disk is 97% full on db-3")
    incident(acme.service, "Nobody can pay")
    incident(acme.service, "Disk is 91% full on db-7", ACKNOWLEDGED)
    incident(acme.service, "Disk is 91% full on db-7", ago=timedelta(days=200))
    incident(other, "Disk is 91% full on db-7")

    found = api.get(f"/incidents/{now.public_id}/past_incidents", total="true").json()

    ids = [each["incident"]["id"] for each in found["past_incidents"]]
    assert ids == [same.public_id, some.public_id]
    best, second = (each["score"] for each in found["past_incidents"])
    assert best == 100
    assert 30 <= second < 100
    assert (found["total"], found["limit"]) == (2, 5)
    [first, _second] = found["past_incidents"]
    assert first["incident"]["title"] == same.title
    assert first["incident"]["self"].endswith(f"/incidents/{same.public_id}")


def test_a_limit_is_kept(api, acme, now):
    for _number in range(7):
        incident(acme.service, now.title)
    path = f"/incidents/{now.public_id}/past_incidents"

    assert len(api.get(path).json()["past_incidents"]) == 5
    few = api.get(path, limit=2, total="True").json()
    assert len(few["past_incidents"]) == 2
    assert few["total"] == 7
    assert api.get(path, limit="many").status_code == 400


def test_incidents_of_other_services_that_go_on_now_are_related(api, acme, now):
    other = factories.service(acme.account, acme.policy, "Search")
    near = incident(other, "Disk is 99% full on es-1", TRIGGERED, ago=HOUR / 2)
    incident(other, "Disk is 99% full on es-1", TRIGGERED, ago=3 * HOUR)
    incident(other, "Disk is 99% full on es-1", RESOLVED, ago=HOUR / 2)
    incident(other, "Nobody can search", TRIGGERED, ago=HOUR / 2)
    incident(acme.service, now.title, TRIGGERED, ago=HOUR / 2)
    path = f"/incidents/{now.public_id}/related_incidents"

    [found] = api.get(path).json()["related_incidents"]

    assert found["incident"]["id"] == near.public_id
    [relationship] = found["relationships"]
    classified = relationship["metadata"]["grouping_classification"]
    assert classified == "similar_contents"
    full = api.get(path, **{"additional_details[]": "incident"}).json()
    assert full["related_incidents"][0]["incident"]["status"] == "triggered"


def test_changes_of_the_day_before_are_related(api, acme, now):
    for hours in (2, 5, 30):
        acme.service.change_events.create(
            account=acme.account,
            integration=acme.integration,
            summary=f"Deployed {hours} hours ago",
            occurred_at=now.created_at - hours * HOUR,
            received_at=now.created_at,
        )
    path = f"/incidents/{now.public_id}/related_change_events"

    found = api.get(path).json()["change_events"]

    words = [each["summary"] for each in found]
    assert words == ["Deployed 2 hours ago", "Deployed 5 hours ago"]
    assert found[0]["correlation_reason"] == {"reason": "most_recent"}
    assert len(api.get(path, limit=1).json()["change_events"]) == 1


@pytest.mark.parametrize(
    "what", ["past_incidents", "related_incidents", "related_change_events"]
)
def test_a_stranger_finds_nothing(stranger, now, what):
    assert stranger.get(f"/incidents/{now.public_id}/{what}").status_code == 404


def test_what_is_compared_stays_within_the_account(api, acme, globex, now):
    incident(globex.service, now.title, TRIGGERED, ago=HOUR / 2)
    incident(globex.service, now.title)

    for what in ("past_incidents", "related_incidents"):
        path = f"/incidents/{now.public_id}/{what}"
        assert api.get(path).json()[what] == []
