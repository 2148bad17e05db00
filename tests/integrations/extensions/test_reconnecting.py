"""Connecting a room anew, or another one in its place, in a browser."""

import pytest
from django.utils import timezone

from integrations.extensions import changes
from tests import chats
from tests.fakes import slack as fake
from tests.incidents.pages import says
from tests.integrations.extensions.setting_up import PATH, by, fresh, made, signed_in
from tests.integrations.slack import connected

WORKFLOW = "https://prod-1.westeurope.logic.azure.example/workflows/secret"


def anew(extension) -> str:
    return f"{PATH}reconnect/{extension.public_id}/"


@pytest.fixture
def channel(slack):
    return slack.channel("incidents")


@pytest.fixture
def extension(acme, workspace, channel):
    return made(acme, room=connected.room(workspace, channel))


def breaks(world) -> None:
    world.account.rooms.update(
        broken_at=timezone.now(), last_error="The channel is archived in Slack."
    )


def test_the_same_channel_is_connected_again(acme, alice, slack, channel, extension):
    breaks(acme)
    slack.channel("lunch")
    page = says(alice.get(anew(extension)))
    assert "Reconnect #incidents" in page
    assert "lunch" in page
    channel.name = "incidents-2"

    answer = alice.post(anew(extension), {"channel": channel.id})

    assert answer["Location"] == f"{PATH}{extension.public_id}/"
    room = fresh(extension).room
    assert room == extension.room
    assert (room.broken_at, room.name) == (None, "#incidents-2")
    assert acme.account.audit_entries.filter(action="reconnected extension").exists()


def test_it_moves_to_another_channel(acme, alice, slack, extension):
    other = slack.channel("ops", has_bot=False)

    alice.post(anew(extension), {"channel": "#ops"})

    assert fresh(extension).room.channel_id == other.id
    assert [room.name for room in acme.account.rooms.all()] == ["#ops"]


def test_a_private_channel_that_we_are_not_in_is_refused(acme, alice, slack, extension):
    secret = slack.channel("plans", is_private=True, has_bot=False)

    answer = alice.post(anew(extension), {"channel": secret.id})

    assert answer.status_code == 422
    assert "That did not work" in says(answer)
    # What was typed is still there.
    assert secret.id in says(answer)
    assert fresh(extension).room == extension.room


def test_nothing_changes_while_slack_is_away(acme, alice, slack, extension):
    breaks(acme)
    slack.always[""] = fake.Status(503)

    answer = alice.post(anew(extension), {"channel": extension.room.channel_id})

    assert answer.status_code == 422
    assert fresh(extension).room.broken_at is not None


def test_without_its_workspace_somebody_signs_in_first(
    acme, alice, workspace, extension
):
    workspace.removed_at = timezone.now()
    workspace.save(update_fields=["removed_at"])

    page = says(alice.get(anew(extension)))

    assert "Sign in to Slack</button>" in page
    assert f'value="{anew(extension)}"' in page


def test_who_may_not_configure_it_reconnects_nothing(acme, workspace, extension):
    bob = signed_in(acme.bob)

    assert bob.get(anew(extension)).status_code == 403
    assert bob.post(anew(extension), {"channel": "C0"}).status_code == 403


# A kind that is reached by a secret address


@pytest.fixture
def flow(acme, alice):
    """An extension of Microsoft Teams, made in a browser."""
    alice.post(
        f"{PATH}new/teams/",
        {
            "once": "P0123456789ABC",
            "name": "Ops",
            "at-name": "Ops channel",
            "at-address": WORKFLOW,
            "scope": "account",
            "updates": ["resolved"],
        },
    )
    return acme.account.extensions.get()


def test_a_secret_address_is_never_shown_again(acme, alice, flow):
    assert flow.room.secret == WORKFLOW
    assert (flow.scope, flow.updates) == ("account", ["resolved"])

    for rest in (f"{PATH}{flow.public_id}/", anew(flow), PATH):
        page = says(alice.get(rest))
        assert "logic.azure.example" not in page
        assert "workflows/secret" not in page
    assert "Ops channel" in says(alice.get(anew(flow)))


def test_an_address_that_cannot_be_is_refused_at_its_field(acme, alice):
    answer = alice.post(
        f"{PATH}new/teams/",
        {
            "name": "Kept",
            "at-name": "Ops channel",
            "at-address": "http://10.0.0.1/flow",
            "scope": "account",
        },
    )

    assert answer.status_code == 422
    page = says(answer)
    assert 'id="id_at-address_error"' in page or "id_at-address" in page
    assert "https://" in page
    assert 'value="Kept"' in page
    assert not acme.account.extensions.exists()


def test_a_secret_that_is_left_empty_stays(acme, alice, flow):
    breaks(acme)

    answer = alice.post(anew(flow), {"at-name": "Renamed", "at-address": ""})

    assert answer.status_code == 302
    room = fresh(flow).room
    assert (room.name, room.secret, room.broken_at) == ("Renamed", WORKFLOW, None)


def test_a_new_secret_takes_the_place_of_the_old(acme, alice, flow):
    alice.post(anew(flow), {"at-name": "Ops channel", "at-address": f"{WORKFLOW}2"})

    assert fresh(flow).room.secret == f"{WORKFLOW}2"
    # Nobody uses the old one any more.
    assert acme.account.rooms.count() == 1


def test_an_edit_in_another_tab_keeps_the_new_room(acme, alice, flow):
    room = chats.room(acme.account, kind="teams", channel_id="e" * 64)
    changes.reconnect(flow, room, **by())
    assert fresh(flow).room == room

    alice.post(f"{PATH}{flow.public_id}/edit/", {"name": "Later", "scope": "account"})

    assert fresh(flow).room == room
    assert fresh(flow).name == "Later"
