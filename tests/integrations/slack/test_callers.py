"""Who presses a button in Slack: a member by their address, anybody, or a stranger."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from incidents import states
from incidents.models import Notification, TimelineEntry
from integrations.models import ChatUser
from tests import factories
from tests.fakes.slack import HangsUp
from tests.integrations.slack.acting import place


@pytest.fixture
def ops(slack, acme, client):
    return place(slack, acme, client)


def status(incident):
    incident.refresh_from_db()
    return incident.status


def test_a_member_is_known_by_their_address_and_told_so_once(ops, acme):
    incident, message = ops.shows(acme)
    alice = ops.slack.person("alice", "ALICE@acme.example")

    ops.presses(message, "acknowledge", alice)
    ops.presses(message, "resolve", alice)

    entry = TimelineEntry.across_accounts.get(incident=incident, verb="resolve")
    assert entry.membership == acme.alice.membership
    user = ChatUser.across_accounts.get()
    assert (user.membership, user.linked_by) == (acme.alice.membership, "email")
    letters = Notification.across_accounts.filter(purpose="notice")
    assert [letter.content["subject"] for letter in letters] == [
        "You are linked to Slack"
    ]
    assert AuditEntry.across_accounts.filter(action="linked chat user").count() == 1


def test_somebody_whom_nobody_knows_is_asked_in_private(ops, acme, settings):
    incident, message = ops.shows(acme)
    eve = ops.slack.person("eve", "eve@elsewhere.example")

    ops.presses(message, "acknowledge", eve)

    assert status(incident) == states.TRIGGERED
    (question,) = ops.channel.whispers(eve)
    assert "which member of Acme you are" in question.words
    (button,) = question.elements
    assert button["url"] == f"{settings.SITE_URL}/slack/link/"
    user = ChatUser.across_accounts.get()
    assert (user.name, user.membership) == ("eve", None)
    assert user.asked_at is not None


@pytest.mark.parametrize(
    "change",
    [
        {"is_bot": True},
        {"is_deleted": True},
        {"email": "alice@elsewhere.example"},
        {"email": ""},
        {"team_id": "T0OTHER01"},
    ],
)
def test_no_bot_stranger_or_other_address_is_taken_for_a_member(ops, acme, change):
    incident, message = ops.shows(acme)
    alice = ops.slack.person("alice")
    pressed = ops.slack.presses(ops.client, message, "oncall:acknowledge", alice)
    for name, value in change.items():
        setattr(alice, name, value)

    ops.works()

    assert pressed.status_code == 200
    assert status(incident) == states.TRIGGERED
    assert not ChatUser.across_accounts.filter(membership__isnull=False).exists()


def test_a_member_of_another_account_is_a_stranger(ops, acme, globex):
    incident, message = ops.shows(acme)
    mallory = ops.slack.person("mallory", globex.mallory.user.email)

    ops.presses(message, "acknowledge", mallory)

    assert status(incident) == states.TRIGGERED
    assert "which member of Acme you are" in ops.told(mallory)[0]


def test_who_has_left_the_account_is_not_known_by_their_address(ops, acme):
    incident, message = ops.shows(acme)
    acme.bob.membership.deactivated_at = timezone.now()
    acme.bob.membership.save()
    bob = ops.slack.person("bob", acme.bob.user.email)

    ops.presses(message, "acknowledge", bob)

    assert status(incident) == states.TRIGGERED


def test_who_was_unlinked_is_not_linked_by_their_address_again(ops, acme):
    incident, message = ops.shows(acme)
    alice = ops.links(acme.alice)
    ChatUser.across_accounts.update(
        membership=None, linked_by="", unlinked_at=timezone.now()
    )

    ops.presses(message, "acknowledge", alice)

    assert status(incident) == states.TRIGGERED
    assert "which member of Acme you are" in ops.told(alice)[0]


def test_anybody_acts_by_the_name_of_the_extension_that_lets_them(ops, acme):
    ops.extension.anybody_may_act = True
    ops.extension.save()
    incident, message = ops.shows(acme)
    eve = ops.slack.person("eve", "eve@elsewhere.example")

    ops.presses(message, "acknowledge", eve)

    entry = TimelineEntry.across_accounts.get(incident=incident, verb="acknowledge")
    assert (entry.membership, entry.name) == (None, "eve (To #incidents)")


def test_the_extension_of_another_service_lets_nobody_act(ops, acme):
    other = factories.service(acme.account, acme.policy, "Search")
    incident, message = ops.shows(acme)
    ops.extension.anybody_may_act = True
    ops.extension.save()
    ops.extension.extended_services.update(service=other)
    eve = ops.slack.person("eve", "eve@elsewhere.example")

    ops.presses(message, "acknowledge", eve)

    assert status(incident) == states.TRIGGERED


def test_a_paused_extension_lets_nobody_act(ops, acme):
    ops.extension.anybody_may_act = True
    ops.extension.paused_at = timezone.now()
    ops.extension.save()
    incident, message = ops.shows(acme)

    ops.presses(message, "acknowledge", ops.slack.person("eve", "e@else.example"))

    assert status(incident) == states.TRIGGERED


def test_who_comes_from_another_workspace_is_not_anybody(ops, acme):
    ops.extension.anybody_may_act = True
    ops.extension.save()
    incident, message = ops.shows(acme)
    other = ops.slack.workspace("T0OTHER01", "Other")
    guest = ops.slack.person("alice", acme.alice.user.email, team=other)

    answer = ops.presses(message, "acknowledge", guest)

    # Found by the workspace of the message, which is not the guest's own.
    assert answer.status_code == 200
    assert status(incident) == states.TRIGGERED
    assert "which member of Acme you are" in ops.told(guest)[0]


def test_while_slack_cannot_say_who_it_is_the_press_waits(ops, acme):
    incident, message = ops.shows(acme)
    alice = ops.slack.person("alice", acme.alice.user.email)
    ops.slack.fails(HangsUp(), method="users.info")

    ops.presses(message, "acknowledge", alice)
    assert status(incident) == states.TRIGGERED
    assert ops.told(alice) == []

    ops.works(later=timedelta(seconds=10))
    assert status(incident) == states.ACKNOWLEDGED


def test_anybody_does_not_wait_for_slack(ops, acme):
    ops.extension.anybody_may_act = True
    ops.extension.save()
    incident, message = ops.shows(acme)
    ops.slack.always[""] = HangsUp()

    ops.presses(message, "acknowledge", ops.slack.person("eve", "e@else.example"))

    assert status(incident) == states.ACKNOWLEDGED
