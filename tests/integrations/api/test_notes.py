"""Notes over the API: written, changed, taken off the list."""

import pytest

from accounts.permissions import Actor
from incidents import actions
from tests import factories
from tests.factories import NOON
from tests.integrations.api.conftest import errors, key


@pytest.fixture
def incident(acme):
    bob = acme.bob.membership
    return actions.open_incident(
        acme.service, actor=_actor(bob), at=NOON, title="Checkout is down"
    )


def _actor(member):
    return Actor("web", member)


@pytest.fixture
def bob(acme):
    return key(acme.account, acme.bob.membership)


@pytest.fixture
def note(bob, incident):
    body = {"note": {"content": "Firefighters are on the way"}}
    return bob.post(f"/incidents/{incident.public_id}/notes", body).json()["note"]


def notes(caller, incident) -> list[str]:
    found = caller.get(f"/incidents/{incident.public_id}/notes").json()["notes"]
    return [each["content"] for each in found]


def test_a_note_is_changed_and_the_timeline_keeps_both(bob, incident, note):
    path = f"/incidents/{incident.public_id}/notes/{note['id']}"

    changed = bob.put(path, {"note": {"content": "They are here"}}).json()["note"]

    assert changed["content"] == "They are here"
    assert changed["id"] == note["id"]
    assert changed["created_at"] == note["created_at"]
    assert notes(bob, incident) == ["They are here"]
    texts = [entry.details.get("text") for entry in incident.timeline.all()]
    assert {"They are here", "Firefighters are on the way"} <= set(texts)


def test_a_note_is_taken_off_the_list(bob, incident, note):
    path = f"/incidents/{incident.public_id}/notes/{note['id']}"

    assert bob.delete(path).status_code == 204

    assert notes(bob, incident) == []
    assert bob.delete(path).status_code == 404
    assert bob.put(path, {"note": {"content": "Again"}}).status_code == 404
    words = [entry.verb for entry in incident.timeline.all()]
    assert {"add_note", "delete_note"} <= set(words)


@pytest.mark.parametrize("body", [{}, {"note": {}}, {"note": {"content": " "}}])
def test_an_empty_change_is_refused(bob, incident, note, body):
    path = f"/incidents/{incident.public_id}/notes/{note['id']}"

    answer = bob.put(path, body)

    assert answer.status_code == 400
    assert errors(answer)
    assert notes(bob, incident) == ["Firefighters are on the way"]


def test_only_the_author_or_a_manager_changes_a_note(acme, bob, incident, note):
    path = f"/incidents/{incident.public_id}/notes/{note['id']}"
    rita = factories.person(acme.account, "Rita").membership
    mona = factories.person(acme.account, "Mona", "manager").membership
    body = {"note": {"content": "Mine now"}}

    assert key(acme.account, rita).put(path, body).status_code == 403
    assert key(acme.account, rita).delete(path).status_code == 403
    assert notes(bob, incident) == ["Firefighters are on the way"]
    assert key(acme.account, mona).put(path, body).status_code == 200


def test_a_note_of_another_incident_is_not_there(acme, bob, incident, note):
    other = actions.open_incident(
        acme.service, actor=_actor(acme.bob.membership), at=NOON, title="Other"
    )

    path = f"/incidents/{other.public_id}/notes/{note['id']}"
    assert bob.delete(path).status_code == 404
