"""Setting an extension of Slack up in a browser, step by step."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from tests import chats
from tests.fakes import slack as fake
from tests.incidents.pages import says
from tests.integrations.extensions.setting_up import (
    PATH,
    SLACK,
    made,
    signed_in,
    typed,
)


def address(channel, **more: str) -> str:
    """Where one is led by choosing a channel in the list."""
    chosen = {"channel": channel.id, "called": f"#{channel.name}", **more}
    return f"{SLACK}?{urlencode(chosen)}"


def test_the_kinds_are_offered_with_the_service_in_mind(acme, alice):
    page = says(alice.get(f"{PATH}new/?service={acme.service.public_id}"))

    for name in ("Slack", "Generic Webhook", "Microsoft Teams", "Discord"):
        assert f"Add {name}" in page
    assert f"{SLACK}?service={acme.service.public_id}" in page
    assert alice.get(f"{PATH}new/fax/").status_code == 404


def test_without_the_operators_keys_it_says_what_is_missing(acme, alice, settings):
    settings.SLACK_CLIENT_ID = ""

    page = says(alice.get(SLACK))

    assert "Slack is not set up on this installation" in page
    assert "Sign in to Slack</button>" not in page


def test_the_first_step_is_to_sign_in_to_slack(acme, alice, slack):
    page = says(alice.get(f"{SLACK}?service={acme.service.public_id}"))

    assert "Sign in to Slack</button>" in page
    # Slack leads back to where one was.
    assert f'value="{SLACK}?service={acme.service.public_id}"' in page


def test_whoever_may_not_sign_in_is_told_who_may(acme, slack):
    acme.account.memberships.filter(user=acme.bob.user).update(role="manager")

    page = says(signed_in(acme.bob).get(SLACK))

    assert "Only an admin of the account can do that" in page
    assert "slack/connect" not in page


def test_one_of_several_workspaces_is_chosen(acme, alice, workspace, slack):
    other = slack.workspace("T0OTHER001", "Acme Labs")
    chats.workspace(
        acme.account, team_id=other.id, name="Acme Labs", token=slack.install(other)
    )
    slack.channel("lab-incidents", team=other)

    page = says(alice.get(SLACK))
    assert "Pick a channel in Acme HQ" in page
    assert "Pick a channel in Acme Labs" in page
    labs = acme.account.slack_workspaces.get(name="Acme Labs")
    page = says(alice.get(f"{SLACK}?workspace={labs.public_id}"))

    assert "lab-incidents" in page
    assert "Another workspace" in page


def test_channels_are_searched(acme, alice, workspace, slack):
    slack.channel("incidents")
    slack.channel("lunch")
    slack.channel("secret-plans", is_private=True, has_bot=False)

    page = says(alice.get(SLACK))
    assert "Choose #incidents" in page or "Choose incidents" in page
    assert "lunch" in page
    assert "secret-plans" not in page
    page = says(alice.get(f"{SLACK}?q=inci"))

    assert "incidents" in page
    assert "lunch" not in page
    assert "has “nothing”" in says(alice.get(f"{SLACK}?q=nothing"))


def test_when_slack_does_not_answer_a_channel_can_still_be_typed(
    acme, alice, workspace, slack
):
    slack.fails(fake.Status(500), fake.Status(500), method="conversations.list")

    answer = alice.get(SLACK)

    assert answer.status_code == 200
    assert "That did not work" in says(answer)
    assert "Id or name of the channel" in says(answer)


def test_a_channel_is_picked_and_the_extension_made(acme, alice, workspace, slack):
    channel = slack.channel("incidents", has_bot=False)
    where = address(channel, service=acme.service.public_id)
    page = says(alice.get(where))
    assert "#incidents" in page
    assert f'value="{acme.service.public_id}" id="id_services_0" checked' in page

    answer = alice.post(where, typed(acme.service))

    made = acme.account.extensions.get()
    assert answer["Location"] == f"{PATH}{made.public_id}/"
    assert (made.name, made.schema, made.scope) == ("Ops channel", "slack", "services")
    assert (made.anybody_may_act, made.has_thread) == (False, True)
    assert made.created_by == acme.alice.membership
    assert (made.room.channel_id, made.room.name) == (channel.id, "#incidents")
    assert made.room.workspace == workspace
    # We entered the public channel.
    assert slack.team.bot in channel.members
    acme.account.refresh_from_db()
    assert acme.account.has_listeners
    assert acme.account.audit_entries.filter(action="created extension").exists()
    page = says(alice.get(answer["Location"]))
    assert "Nothing sent yet" in page
    assert "Send a test message" in page


def test_a_typed_name_leads_to_the_channel(acme, alice, workspace, slack):
    channel = slack.channel("incidents")

    alice.post(f"{SLACK}?channel=%23incidents", typed(acme.service))

    assert acme.account.rooms.get().channel_id == channel.id


@pytest.mark.parametrize(
    ("name", "words"),
    [("#nowhere", "Slack shows us no channel #nowhere"), ("C0NOWHERE00", "")],
)
def test_a_channel_that_is_not_there_keeps_what_was_typed(
    acme, alice, workspace, slack, name, words
):
    where = f"{SLACK}?{urlencode({'channel': name})}"

    answer = alice.post(where, typed(acme.service, name="Kept as it was"))

    assert answer.status_code == 422
    assert words in says(answer)
    assert "Kept as it was" in says(answer)
    assert not acme.account.extensions.exists()
    assert not acme.account.rooms.exists()


def test_the_same_form_sent_twice_makes_one(acme, alice, workspace, slack):
    where = address(slack.channel("incidents"))

    first = alice.post(where, typed(acme.service))
    second = alice.post(where, typed(acme.service))

    assert first["Location"] == second["Location"]
    assert acme.account.extensions.count() == 1


def test_an_id_that_is_somebody_elses_makes_nothing_of_theirs(
    acme, globex, alice, workspace, slack
):
    theirs = made(globex)
    where = address(slack.channel("incidents"))

    answer = alice.post(where, typed(acme.service, once=theirs.public_id))

    assert answer.status_code == 422
    assert theirs.public_id not in says(answer)
    assert not acme.account.extensions.exists()


def test_two_extensions_of_a_channel_share_its_room(acme, alice, workspace, slack):
    where = address(slack.channel("incidents"))

    alice.post(where, typed(acme.service, once="P000000000000A"))
    alice.post(where, typed(acme.service, once="P000000000000B", urgency="high"))

    assert acme.account.extensions.count() == 2
    assert acme.account.rooms.count() == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"services": []}, "Choose at least one service."),
        ({"scope": "team"}, "Choose a team."),
        ({"scope": "everything"}, "Select a valid choice"),
        ({"name": ""}, "This field is required"),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"priorities": ["PNONE"]}, "Select a valid choice"),
        ({"updates": ["gossip"]}, "Select a valid choice"),
        ({"urgency": "panic"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_said_at_the_field(
    acme, alice, workspace, slack, more, words
):
    where = address(slack.channel("incidents"))

    answer = alice.post(where, typed(acme.service, **more))

    assert answer.status_code == 422
    assert words in says(answer)
    assert not acme.account.extensions.exists()
    assert slack.asked("conversations.join") == []


def test_priorities_are_chosen_or_none(acme, alice, workspace, slack):
    where = address(slack.channel("incidents"))
    first = acme.account.priorities.first().public_id
    both = alice.post(where, typed(acme.service, priorities=[first, "none"]))
    assert "only “No priority”" in says(both)

    alice.post(where, typed(acme.service, once="P000000000000A", priorities=[first]))
    alice.post(where, typed(acme.service, once="P000000000000B", priorities=["none"]))
    alice.post(where, typed(acme.service, once="P000000000000C"))

    found = acme.account.extensions.order_by("id")
    assert [each.priorities for each in found] == [[first], [], None]


def test_workspaces_of_others_are_not_found(acme, globex, alice, slack):
    theirs = chats.workspace(globex.account)

    assert alice.get(f"{SLACK}?workspace={theirs.public_id}").status_code == 404
    answer = alice.post(
        f"{SLACK}?workspace={theirs.public_id}&channel=C012345678", typed(acme.service)
    )

    assert answer.status_code == 404
    assert slack.calls == []


def test_services_of_others_cannot_be_chosen(acme, globex, alice, workspace, slack):
    where = address(slack.channel("incidents"))

    answer = alice.post(where, typed(globex.service))

    assert answer.status_code == 422
    assert not acme.account.extensions.exists()
    # Nor is it filled in from the address.
    page = says(alice.get(f"{where}&service={globex.service.public_id}"))
    assert globex.service.public_id not in page.split('id="id_services')[1]


def test_who_may_only_look_or_respond_sets_nothing_up(acme, workspace, slack):
    browser = signed_in(acme.bob)

    for path in (PATH, f"{PATH}new/", SLACK):
        assert browser.get(path).status_code == 403
    assert browser.post(f"{SLACK}?channel=C0", typed(acme.service)).status_code == 403
    assert Client().get(SLACK).status_code == 302
