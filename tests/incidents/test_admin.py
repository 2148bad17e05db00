"""What operators do with dead letters."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, User
from accounts.permissions import Actor
from incidents import actions, engine
from incidents.models import Incident, Notification
from tests import factories
from tests.factories import NOON

LIST = reverse("admin:incidents_notification_changelist")


@pytest.fixture
def site(client, db):
    operator = User.objects.create_superuser("root@example.com", name="Olga Operator")
    client.force_login(operator)
    return client


@pytest.fixture
def dead(acme) -> Incident:
    """An incident whose pages to Alice, by mail and by text, have failed."""
    factories.contact(acme.alice.membership, "sms", "+15005550123")
    incident = actions.open_incident(
        acme.service, actor=Actor("engine"), at=NOON, title="Checkout is down"
    )
    incident.notifications.update(status="failed", failed_at=NOON, attempts=5)
    return incident


def retry(site, *, confirmed: bool) -> str:
    rows = list(Notification.across_accounts.values_list("pk", flat=True))
    fields = {"action": "retry", "_selected_action": rows}
    if confirmed:
        fields["confirmed"] = "Page"
    answer = site.post(LIST, fields, follow=True)
    return answer.content.decode()


def states(incident: Incident) -> set[tuple[str, int]]:
    return set(incident.notifications.values_list("status", "attempts"))


def test_only_dead_letters_are_listed(site, acme, dead):
    acme.account.notifications.create(
        purpose="test", kind="sms", planned_for=NOON, send_at=NOON, created_at=NOON
    )

    everything = site.get(LIST).context["cl"].result_count
    dead_ones = site.get(f"{LIST}?dead=yes").context["cl"].result_list

    assert everything == 3
    assert {row.status for row in dead_ones} == {"failed"}
    assert len(dead_ones) == 2


def test_a_retry_says_first_how_many_people_it_pages(site, dead):
    html = retry(site, confirmed=False)

    assert "This pages 1 person" in html
    assert "2 notifications are sent." in html
    assert states(dead) == {("failed", 5)}


def test_a_confirmed_retry_makes_them_due_now(site, dead):
    html = retry(site, confirmed=True)

    assert "2 notifications are sent again." in html
    assert states(dead) == {("planned", 0)}
    for row in dead.notifications.all():
        assert engine.now() - row.send_at < timedelta(minutes=1)
        assert row.failed_at is None
    entry = AuditEntry.across_accounts.get(action="retried notifications")
    assert (entry.via, entry.details["operator"]) == ("operator", "Olga Operator")


def test_nobody_is_paged_for_what_is_answered(site, acme, dead):
    alice = Actor("web", acme.alice.membership)
    actions.acknowledge(dead, actor=alice, at=NOON + timedelta(minutes=1))

    html = retry(site, confirmed=False)
    assert "This pages 0 people" in html
    assert 'name="confirmed"' not in html

    retry(site, confirmed=True)
    assert states(dead) == {("failed", 5)}


def test_what_did_not_fail_and_codes_are_left_out(site, acme, dead):
    both = {"account": acme.account, "membership": acme.bob.membership}
    both |= {"contact_method": acme.bob.email, "kind": "email"}
    both |= {"planned_for": NOON, "send_at": NOON, "created_at": NOON}
    sent = Notification.across_accounts.create(purpose="test", status="sent", **both)
    code = Notification.across_accounts.create(purpose="code", status="failed", **both)

    html = retry(site, confirmed=False)
    assert "This pages 1 person" in html
    assert "2 are left out" in html

    retry(site, confirmed=True)
    sent.refresh_from_db()
    code.refresh_from_db()
    assert (sent.status, code.status) == ("sent", "failed")


def test_looking_without_the_right_to_change_pages_nobody(client, dead):
    helper = User.objects.create_user(
        "helper@example.com", name="Helper", is_staff=True
    )
    client.force_login(helper)

    answer = client.post(LIST, {"action": "retry", "_selected_action": [1]})

    assert answer.status_code == 403
    assert states(dead) == {("failed", 5)}


def test_an_event_is_shown_as_it_was_received(site, acme):
    event = acme.integration.events.create(
        account=acme.account,
        action="trigger",
        body={"summary": "<b>Ü</b>", "custom_details": {"disk": "91 %"}},
        received_at=NOON,
    )

    html = site.get(
        reverse("admin:incidents_event_change", args=[event.pk])
    ).content.decode()

    assert "&quot;disk&quot;: &quot;91 %&quot;" in html
    assert "&lt;b&gt;Ü&lt;/b&gt;" in html


def test_an_incident_is_found_by_subdomain_and_number(site, acme, globex, dead):
    actions.open_incident(globex.service, actor=Actor("engine"), at=NOON, title="Other")
    page = reverse("admin:incidents_incident_changelist")

    found = site.get(f"{page}?q=acme+{dead.number}").context["cl"].result_list
    by_id = site.get(f"{page}?q={dead.public_id}").context["cl"].result_list
    nothing = site.get(f"{page}?q=globex+{dead.number + 7}").context["cl"].result_list

    assert list(found) == list(by_id) == [dead]
    assert list(nothing) == []
