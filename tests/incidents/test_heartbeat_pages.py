"""The pages of heartbeats, the door that takes beats, and the page of silences."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.permissions import Actor, NotPermitted
from incidents import beats, catalogue, heartbeats, intake
from incidents.models import Heartbeat, Integration
from tests import factories
from tests.incidents.pages import says

MINUTE = timedelta(minutes=1)
WEB = Actor("web")
TYPED = {
    "name": "Nightly backup",
    "interval_0": "1",
    "interval_1": "86400",
    "grace_0": "30",
    "grace_1": "60",
}


def fresh(heartbeat) -> Heartbeat:
    return Heartbeat.across_accounts.get(pk=heartbeat.pk)


@pytest.fixture
def backup(acme) -> Heartbeat:
    return heartbeats.create(
        acme.service,
        actor=WEB,
        at=timezone.now(),
        name="Backup",
        interval=10 * MINUTE,
        grace=MINUTE,
    )


def page_of(heartbeat, rest: str = "") -> str:
    return f"/heartbeats/{heartbeat.public_id}/{rest}"


def door(heartbeat, rest: str = "") -> str:
    return f"/heartbeat/{heartbeat.key}{rest}"


# Configuring


def test_a_manager_adds_a_heartbeat(acme, alice):
    response = alice.post(f"/services/{acme.service.public_id}/heartbeats/new/", TYPED)

    made = acme.account.heartbeats.get()
    assert response["Location"] == page_of(made)
    assert (made.interval, made.grace) == (timedelta(days=1), 30 * MINUTE)
    assert (made.status, made.allows_get) == ("new", False)
    assert made.integration.kind == "heartbeat"
    assert "Waits for its first beat" in says(alice.get(page_of(made)))
    assert acme.account.audit_entries.get().action == "created heartbeat"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"interval_0": "29", "interval_1": "1"}, "between 30 seconds and 30 days"),
        ({"interval_0": "31"}, "between 30 seconds and 30 days"),
        ({"interval_0": ""}, "This field is required"),
        ({"interval_0": "often"}, "Enter a whole number"),
        ({"grace_0": "31", "grace_1": "86400"}, "30 days at the most"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(acme, alice, typed, words):
    response = alice.post(
        f"/services/{acme.service.public_id}/heartbeats/new/", TYPED | typed
    )

    assert response.status_code == 422
    assert words in says(response)
    assert (TYPED | typed)["name"] in says(response)
    assert not acme.account.heartbeats.exists()


def test_a_service_has_one_heartbeat_of_a_name(acme, alice, backup):
    response = alice.post(
        f"/services/{acme.service.public_id}/heartbeats/new/",
        TYPED | {"name": "Backup"},
    )

    assert response.status_code == 422
    assert "Another heartbeat of the service has this name" in says(response)
    with pytest.raises(catalogue.Refused, match="has this name"):
        heartbeats.create(
            acme.service,
            actor=WEB,
            at=timezone.now(),
            name="Backup",
            interval=MINUTE,
            grace=MINUTE,
        )


def test_editing_shows_what_is_and_changes_it(acme, alice, backup):
    shown = says(alice.get(page_of(backup, "edit/")))
    assert 'value="10"' in shown
    assert '<option value="60" selected>minutes' in shown

    alice.post(page_of(backup, "edit/"), TYPED | {"allows_get": "on"})

    found = fresh(backup)
    assert (found.name, found.allows_get) == ("Nightly backup", True)
    assert Integration.across_accounts.get(pk=found.integration_id).name == found.name


def test_pausing_asks_first_and_a_get_changes_nothing(acme, alice, backup):
    assert "opens nothing until it is resumed" in says(
        alice.get(page_of(backup, "pause/"))
    )
    assert fresh(backup).status == "new"
    alice.post(page_of(backup, "pause/"))
    assert fresh(backup).status == "paused"
    alice.post(page_of(backup, "resume/"))
    assert fresh(backup).status == "new"
    alice.post(page_of(backup, "rotate/"))
    assert fresh(backup).key != backup.key
    assert alice.post(page_of(backup, "delete/"))["Location"] == "/heartbeats/"
    assert not acme.account.heartbeats.exists()
    assert acme.account.integrations.count() == 1
    assert alice.get(page_of(backup, "explode/")).status_code == 404


def test_a_responder_sees_and_does_not_configure(acme, bob, backup):
    assert backup.key in says(bob.get(page_of(backup)))
    assert "Edit" not in says(bob.get(page_of(backup)))
    assert bob.post(page_of(backup, "delete/")).status_code == 403
    with pytest.raises(NotPermitted):
        heartbeats.pause(
            backup, actor=Actor("web", acme.bob.membership), at=timezone.now()
        )


def test_an_observer_does_not_see_the_address(acme, client, backup):
    client.force_login(factories.person(acme.account, "Olga", "observer").user)

    assert backup.key not in says(client.get(page_of(backup)))


def test_the_list_shows_state_and_times(acme, alice, backup):
    assert "Backup" in says(alice.get("/heartbeats/"))
    beats.fail(backup.key, at=timezone.now())
    intake.process(timezone.now())

    assert "Missed" in says(alice.get("/heartbeats/"))
    page = says(alice.get(page_of(backup)))
    assert "Backup says that it failed" in page
    assert "/heartbeats/" in says(alice.get(f"/services/{acme.service.public_id}/"))


def test_an_empty_list_says_what_a_heartbeat_is(alice):
    assert "No heartbeats yet" in says(alice.get("/heartbeats/"))


def test_its_integration_is_nobodys_key(acme, alice, backup):
    """It is not listed, shown, renamed, rotated or switched off as a tool's."""
    hidden = Integration.across_accounts.get(pk=backup.integration_id)
    for page in ("/integrations/", f"/services/{acme.service.public_id}/"):
        assert hidden.key not in says(alice.get(page))
        assert hidden.masked_key not in says(alice.get(page))
    for verb in ("rename", "rotate", "disable", "silence"):
        address = f"/integrations/{hidden.public_id}/{verb}/"
        assert alice.post(address).status_code == 404


# The door


def test_a_post_is_a_beat(client, backup):
    response = client.post(door(backup))

    assert (response.status_code, says(response)) == (200, "OK\n")
    assert fresh(backup).status == "beating"
    assert "not written down" in says(client.post(door(backup, "/")))


@pytest.mark.parametrize("method", ["get", "head", "put", "options", "delete"])
def test_nothing_else_is(client, backup, method):
    response = getattr(client, method)(door(backup))

    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert fresh(backup).status == "new"


def test_a_get_says_why_it_does_not_count(client, backup):
    assert "scanners open links" in says(client.get(door(backup)))
    assert client.get(door(backup, "/fail")).status_code == 405


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_get_counts_where_it_is_allowed(client, backup, method):
    heartbeats.update(backup, actor=WEB, at=timezone.now(), allows_get=True)

    assert getattr(client, method)(door(backup)).status_code == 200
    assert fresh(backup).status == "beating"


def test_a_failure_says_why(acme, client, backup):
    response = client.post(
        door(backup, "/fail"), "disk\0 full \xff", content_type="text/plain"
    )
    intake.process(timezone.now())

    assert response.status_code == 200
    assert "disk full" in acme.account.incidents.get().description


@pytest.mark.parametrize("key", ["f" * 32, "short", "x" * 5000, "%00" * 32, "ü" * 32])
def test_an_unknown_address_says_so_in_words(client, backup, key):
    for rest in ("", "/fail"):
        response = client.post(f"/heartbeat/{key}{rest}")
        assert response.status_code == 404
        assert "No heartbeat has this address" in says(response)


def test_a_suspended_accounts_beats_are_taken(acme, client, backup):
    acme.account.suspended_at = timezone.now()
    acme.account.save()

    assert client.post(door(backup)).status_code == 200
    assert fresh(backup).status == "beating"


def test_an_ordinary_beat_asks_the_database_once(
    client, backup, django_assert_num_queries
):
    with django_assert_num_queries(1):
        client.post(door(backup))


# Silence of a tool


def test_a_manager_says_how_long_a_tool_may_be_silent(acme, alice):
    address = f"/integrations/{acme.integration.public_id}/silence/"
    assert "Longest silence" in says(alice.get(address))

    typed = {"quiet_after_0": "2", "quiet_after_1": "3600"}
    response = alice.post(address, typed)

    found = Integration.across_accounts.get(pk=acme.integration.pk)
    assert response["Location"] == f"/services/{acme.service.public_id}/"
    assert found.quiet_after == timedelta(hours=2)
    assert "expected every 2 h" in says(alice.get(response["Location"]))
    assert 'value="2"' in says(alice.get(address))
    alice.post(address, {"quiet_after_0": "", "quiet_after_1": "60"})
    found.refresh_from_db()
    assert found.quiet_after is None


def test_too_short_a_silence_is_refused(acme, alice):
    typed = {"quiet_after_0": "4", "quiet_after_1": "60"}
    response = alice.post(f"/integrations/{acme.integration.public_id}/silence/", typed)

    assert response.status_code == 422
    assert "between 5 minutes and 30 days" in says(response)


def test_a_responder_does_not_set_silences(acme, bob):
    address = f"/integrations/{acme.integration.public_id}/silence/"

    assert bob.get(address).status_code == 403
