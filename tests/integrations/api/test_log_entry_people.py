"""Who is named in log entries, and what somebody opened by hand, over the API."""

import pytest
from django.utils import timezone

from accounts.permissions import Actor
from incidents import actions
from tests import factories
from tests.integrations.api.conftest import key


@pytest.fixture
def api(acme):
    """Acme's key, which says that Bob acts."""
    return key(acme.account, From=acme.bob.user.email)


def by_hand(acme):
    return actions.open_incident(
        acme.service,
        actor=Actor("web", acme.bob.membership),
        at=timezone.now(),
        title="Checkout is down",
    )


def test_assignees_are_named_by_id_even_with_the_same_name(api, acme):
    double = factories.person(acme.account, "Double").membership
    double.user.name = acme.alice.membership.name
    double.user.save()
    incident = by_hand(acme)
    actions.reassign(
        incident,
        actor=Actor("web", acme.bob.membership),
        at=timezone.now(),
        people=[double],
    )

    path = f"/incidents/{incident.public_id}/log_entries"
    found = [e for e in api.get(path).json()["log_entries"] if e.get("assignees")]

    assigned = [[each["id"] for each in entry["assignees"]] for entry in found]
    assert assigned == [[acme.alice.membership.public_id], [double.public_id]]


def test_the_log_of_a_user_is_what_they_did(api, acme):
    bob = acme.bob.membership
    incident = actions.open_incident(
        acme.service, actor=Actor("web", bob), at=timezone.now(), title="Down"
    )
    actions.acknowledge(
        incident, actor=Actor("web", acme.alice.membership), at=timezone.now()
    )

    found = api.get(f"/users/{bob.public_id}/log_entries").json()["log_entries"]

    assert [entry["type"] for entry in found] == ["trigger_log_entry"]
    assert api.get("/users/PNOTHING/log_entries").status_code == 404


def test_the_channel_of_an_incident_opened_by_hand_is_described_better(api, acme):
    incident = by_hand(acme)
    entry = incident.timeline.get(verb="trigger")
    path = f"/log_entries/{entry.public_id}"
    assert api.get(path).json()["log_entry"]["channel"]["type"] == "web_trigger"
    body = {"channel": {"type": "web_trigger", "details": "Nobody can pay"}}

    answer = api.put(f"{path}/channel", body)

    assert answer.status_code == 202
    incident.refresh_from_db()
    assert incident.description == "Nobody can pay"
    assert api.get(path).json()["log_entry"]["channel"]["details"] == "Nobody can pay"


@pytest.mark.parametrize(
    "channel", [{}, {"type": "web_trigger"}, {"type": "api", "details": "x"}, "text"]
)
def test_a_bad_channel_is_refused(api, acme, channel):
    incident = by_hand(acme)
    entry = incident.timeline.get(verb="trigger")

    path = f"/log_entries/{entry.public_id}/channel"
    assert api.put(path, {"channel": channel}).status_code == 400
