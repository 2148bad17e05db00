"""Alerts of an incident, through the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.permissions import Actor
from incidents import actions
from incidents.models import Alert
from tests import factories
from tests.integrations.api.conftest import errors, key
from tests.integrations.api.test_incidents import code, opened


@pytest.fixture
def api(acme):
    """Acme's key, which says that Bob acts."""
    return key(acme.account, From=acme.bob.user.email)


@pytest.fixture
def incident(acme):
    """An incident with two alerts."""
    made = opened(acme)
    alert(made, "db-1", severity="critical", details={"disk": "91 %"})
    alert(made, "db-2", links=[{"href": "https://wiki.example", "text": "Book"}])
    return made


def alert(incident, dedup_key: str, **fields) -> Alert:
    summary = f"Disk full on {dedup_key}"
    return factories.alert(
        incident, dedup_key, at=timezone.now(), summary=summary, **fields
    )


def path(incident, more: str = "") -> str:
    return f"/incidents/{incident.public_id}/alerts{more}"


def keys(answer) -> list[str]:
    return [one["alert_key"] for one in answer.json()["alerts"]]


def change(which: Alert, **members) -> dict:
    return {"id": which.public_id, "type": "alert", **members}


def test_alerts_are_listed_and_found(api, acme, incident):
    first = incident.alerts.get(dedup_key="db-1")
    incident.alerts.filter(dedup_key="db-2").update(status="resolved")

    assert keys(api.get(path(incident))) == ["db-2", "db-1"]
    assert keys(api.get(path(incident), sort_by="created_at")) == ["db-1", "db-2"]
    assert keys(api.get(path(incident), **{"statuses[]": "triggered"})) == ["db-1"]
    assert keys(api.get(path(incident), alert_key="db-2")) == ["db-2"]
    assert code(api.get(path(incident), **{"statuses[]": "asleep"})) == (400, 2001)
    found = api.get(path(incident, f"/{first.public_id}")).json()["alert"]
    assert found["severity"] == "critical"
    assert found["body"]["details"] == {"disk": "91 %"}
    assert found["integration"]["summary"] == "Monitoring"
    assert found["incident"]["id"] == incident.public_id
    assert found["first_trigger_log_entry"]["type"] == "trigger_log_entry_reference"
    assert found["self"].endswith(path(incident, f"/{first.public_id}"))


def test_what_is_included_is_full(api, incident):
    names = ["services", "first_trigger_log_entries", "incidents"]

    found = api.get(path(incident), **{"include[]": names}).json()["alerts"][0]

    assert found["service"]["name"] == "Checkout"
    assert found["incident"]["title"] == "Checkout is slow"
    assert found["first_trigger_log_entry"]["channel"]["type"] == "website"
    assert found["body"]["contexts"][0]["text"] == "Book"
    assert code(api.get(path(incident), **{"include[]": "secrets"})) == (400, 2001)


def test_the_incident_ends_with_its_last_alert(api, incident):
    first, second = incident.alerts.order_by("id")

    one = api.put(
        path(incident, f"/{first.public_id}"), {"alert": {"status": "resolved"}}
    )
    assert one.json()["alert"]["status"] == "resolved"
    incident.refresh_from_db()
    assert incident.status == "triggered"
    assert incident.timeline.filter(verb="alerts_resolved").count() == 1

    # The first once more does no harm.
    both = [change(each, status="resolved") for each in (second, first)]
    answer = api.put(path(incident), {"alerts": both})
    assert keys(answer) == ["db-2", "db-1"]
    assert {a["status"] for a in answer.json()["alerts"]} == {"resolved"}
    incident.refresh_from_db()
    assert incident.status == "resolved"


def test_alerts_move_to_another_open_incident(api, acme, incident):
    other = opened(acme, "Another")
    first = incident.alerts.get(dedup_key="db-1")
    target = {"id": other.public_id, "type": "incident_reference"}

    answer = api.put(path(incident), {"alerts": [change(first, incident=target)]})

    assert answer.json()["alerts"][0]["incident"]["id"] == other.public_id
    assert keys(api.get(path(other))) == ["db-1"]
    assert keys(api.get(path(incident))) == ["db-2"]


def test_nothing_moves_into_what_has_ended(api, acme, globex, incident):
    other, theirs = opened(acme, "Another"), opened_by(globex)
    actions.resolve(other, actor=Actor("web"), at=timezone.now())
    first = incident.alerts.get(dedup_key="db-1")
    for target in (other, theirs):
        wanted = change(first, incident={"id": target.public_id, "type": "incident"})
        assert code(api.put(path(incident), {"alerts": [wanted]})) == (400, 2001)
    assert incident.alerts.count() == 2


def opened_by(world):
    return actions.open_incident(
        world.service, actor=Actor("web"), at=timezone.now(), title="Theirs"
    )


def test_a_change_of_no_sense_is_refused(api, acme, incident):
    first = incident.alerts.get(dedup_key="db-1")
    elsewhere = alert(opened(acme, "Another"), "db-3")
    resolved = alert(incident, "db-4", status="resolved")

    def put(*changes, caller=api):
        return code(caller.put(path(incident), {"alerts": list(changes)}))

    assert put(change(first, status="asleep")) == (400, 2001)
    assert put(change(elsewhere, status="resolved")) == (400, 1004)
    assert put(change(resolved, status="triggered")) == (400, 2001)
    assert put(*[change(first, status="resolved")] * 251) == (413, 2001)
    ending = change(first, status="resolved")
    assert put(ending, caller=key(acme.account)) == (400, 1008)
    olga = factories.person(acme.account, "Olga", "observer").membership
    assert put(ending, caller=key(acme.account, olga)) == (403, 2010)
    where = path(incident, f"/{elsewhere.public_id}")
    assert code(api.get(where)) == (404, 2100)
    first.refresh_from_db()
    assert first.status == "triggered"


def test_the_number_of_queries_does_not_grow(
    api, acme, incident, django_assert_max_num_queries
):
    api.get(path(incident))
    with django_assert_max_num_queries(20) as few:
        api.get(path(incident))
    for number in range(8):
        alert(incident, f"more-{number}")
    with django_assert_max_num_queries(len(few)):
        assert len(keys(api.get(path(incident)))) == 10


def test_notifications_of_a_period_are_listed(api, acme, stranger, incident):
    now = timezone.now()
    page = acme.account.notifications.get()
    period = {
        "since": (now - timedelta(days=1)).isoformat(),
        "until": (now + timedelta(days=1)).isoformat(),
    }

    def listed(caller=api, **query):
        answer = caller.get("/notifications", **{**period, **query})
        return answer.json()["notifications"]

    # It has not left yet.
    assert listed() == []
    acme.account.notifications.filter(pk=page.pk).update(status="sent", sent_at=now)
    [found] = listed()
    assert found["id"] == page.public_id
    assert found["type"] == "email_notification"
    assert (found["address"], found["user"]["summary"]) == (
        "alice@acme.example",
        "Alice",
    )
    assert listed(filter="sms_notification") == []
    assert len(listed(filter="email_notification")) == 1
    [full] = listed(**{"include[]": "users"})
    assert full["user"]["name"] == "Alice"
    assert listed(stranger) == []


def test_notifications_need_a_period(api, acme):
    day, year = timedelta(days=1), timedelta(days=365)
    now = timezone.now()

    def asked(since, until):
        return api.get(
            "/notifications", since=since.isoformat(), until=until.isoformat()
        )

    assert errors(api.get("/notifications")) == ["since is required."]
    assert code(asked(now, now - day)) == (400, 2004)
    assert code(asked(now - year, now)) == (400, 2004)
    assert asked(now - day, now).status_code == 200
    strange = api.get("/notifications", filter="pigeon_notification")
    assert strange.status_code == 400
