"""A form in Slack opens at once, does what it says, and says what is wrong with it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from incidents import states
from incidents.models import StatusUpdate, TimelineEntry
from integrations.models import ChatUser
from integrations.slack.layout import actions
from oncall.models import EscalationPolicy
from tests.integrations.slack.acting import place


@pytest.fixture
def ops(slack, acme, client):
    return place(slack, acme, client)


@pytest.fixture
def opened(ops, acme):
    """Open a form of an incident as Alice."""
    incident, message = ops.shows(acme)
    alice = ops.links(acme.alice)

    def opens(what):
        option = "" if what in ("add_note", "reassign", "snooze") else what
        action = actions.MORE if option else f"oncall:{what}"
        value = actions.choice(option, incident.public_id) if option else ""
        ops.slack.presses(ops.client, message, action, alice, option=value)
        return incident, alice, view_of(ops)

    return opens


def view_of(ops):
    (view,) = ops.slack.views.values()
    return view


def sent(ops, view, values, user):
    answer = ops.slack.submits(ops.client, view, values, user)
    assert answer.status_code == 200
    ops.works()
    return answer.json() if answer.content else None


def entry(incident, verb):
    return TimelineEntry.across_accounts.get(incident=incident, verb=verb)


def test_a_note_is_written_as_its_author(ops, acme, opened):
    incident, alice, view = opened("add_note")

    assert sent(ops, view, {"oncall:text": "<!here> it *was* me"}, alice) is None

    note = entry(incident, "add_note")
    assert (note.membership, note.via) == (acme.alice.membership, "slack")
    assert note.details["text"] == "<!here> it *was* me"
    assert ops.slack.views == {}
    # It is told in the thread.
    assert ops.told(alice) == []


def test_a_note_that_no_thread_tells_is_confirmed(ops, acme, opened):
    ops.extension.has_thread = False
    ops.extension.save()
    incident, alice, view = opened("add_note")

    sent(ops, view, {"oncall:text": "Seen"}, alice)

    assert ops.told(alice) == [f"The note is added to #{incident.number}."]


def test_blank_words_are_no_note_and_nothing_typed_is_lost(ops, opened):
    _incident, alice, view = opened("add_note")

    said = sent(ops, view, {"oncall:text": "  \n "}, alice)

    assert said == {
        "response_action": "errors",
        "errors": {"oncall:text": "This field is required."},
    }
    assert view["id"] in ops.slack.views
    assert not TimelineEntry.across_accounts.filter(verb="add_note").exists()


def test_a_snooze_by_length(ops, opened):
    incident, alice, view = opened("snooze")

    assert sent(ops, view, {"oncall:length": "4h"}, alice) is None

    incident.refresh_from_db()
    left = incident.snoozed_until - timezone.now()
    assert timedelta(hours=3, minutes=59) < left <= timedelta(hours=4)


def test_a_snooze_until_a_time_is_of_the_persons_own_zone(ops, acme, opened):
    acme.alice.membership.time_zone = "Asia/Tokyo"
    acme.alice.membership.save()
    incident, alice, view = opened("snooze")
    until = (timezone.now() + timedelta(days=2)).replace(second=0, microsecond=0)

    values = {"oncall:length": "custom", "oncall:until": int(until.timestamp())}
    assert sent(ops, view, values, alice) is None

    incident.refresh_from_db()
    assert incident.snoozed_until == until


@pytest.mark.parametrize("days", [-1, 8])
def test_a_snooze_into_the_past_or_too_far_says_so_at_its_field(ops, opened, days):
    incident, alice, view = opened("snooze")
    until = datetime.now(UTC) + timedelta(days=days)

    values = {"oncall:length": "custom", "oncall:until": int(until.timestamp())}
    said = sent(ops, view, values, alice)

    assert "next seven days" in said["errors"]["oncall:until"]
    incident.refresh_from_db()
    assert incident.status == states.TRIGGERED


def test_a_reassignment_to_a_person(ops, acme, opened):
    incident, alice, view = opened("reassign")

    values = {"oncall:people": [acme.bob.membership.public_id]}
    assert sent(ops, view, values, alice) is None

    assert [a.membership for a in incident.assignments.all()] == [acme.bob.membership]


def test_a_reassignment_to_nobody_says_so(ops, opened):
    _incident, alice, view = opened("reassign")

    said = sent(ops, view, {}, alice)

    assert "at least one person" in said["errors"]["oncall:people"]


def test_a_person_of_another_account_cannot_be_chosen(ops, acme, globex, opened):
    incident, alice, view = opened("reassign")
    before = list(incident.assignments.values_list("membership", flat=True))
    for block in view["blocks"]:
        if block["block_id"] == "oncall:people":
            option = block["element"]["options"][0]
            option["value"] = globex.mallory.membership.public_id

    said = sent(
        ops, view, {"oncall:people": [globex.mallory.membership.public_id]}, alice
    )

    assert "oncall:people" in said["errors"]
    after = list(incident.assignments.values_list("membership", flat=True))
    assert after == before


def test_a_reassignment_to_a_policy(ops, acme, opened):
    incident, alice, view = opened("reassign")
    policy = EscalationPolicy.across_accounts.get(pk=acme.policy.pk)

    assert sent(ops, view, {"oncall:policy": policy.public_id}, alice) is None

    assert entry(incident, "reassign").details["to"] == [policy.name]


def test_a_priority_is_given_and_taken_away(ops, acme, opened):
    incident, alice, view = opened(actions.MORE_PRIORITY)
    high = acme.account.priorities.order_by("position").first()

    assert sent(ops, view, {"oncall:priority": high.public_id}, alice) is None

    incident.refresh_from_db()
    assert incident.priority == high


def test_a_status_update_says_how_many_it_reaches(ops, acme, opened):
    incident, alice, view = opened(actions.MORE_STATUS_UPDATE)
    incident.subscribers.create(
        account=acme.account,
        membership=acme.bob.membership,
        created_at=timezone.now(),
    )

    assert sent(ops, view, {"oncall:message": "We are on it."}, alice) is None

    assert StatusUpdate.across_accounts.get().message == "We are on it."
    words = f"The status update on #{incident.number} goes to 1 people."
    assert ops.told(alice) == [words]


def test_a_refusal_meanwhile_stays_on_the_form(ops, acme, opened):
    incident, alice, view = opened("snooze")
    incident.status = states.RESOLVED
    incident.escalate_at = None
    incident.save()

    said = sent(ops, view, {"oncall:length": "1h"}, alice)

    assert "a resolved incident" in said["errors"]["oncall:length"]


def test_a_form_for_what_is_over_does_not_open(ops, acme):
    _incident, message = ops.shows(acme)
    alice, bob = ops.links(acme.alice), ops.links(acme.bob)
    ops.presses(message, "resolve", bob)

    ops.presses(message, "snooze", alice)

    assert ops.slack.views == {}
    assert ops.told(alice) == ["Bob resolved this 0 s ago."]


def test_a_form_that_is_sent_in_twice_counts_once(ops, opened):
    incident, alice, view = opened("add_note")
    sent(ops, view, {"oncall:text": "Once"}, alice)

    again = ops.slack.repeats(ops.client)

    assert (again.status_code, again.content) == (200, b"")
    entry(incident, "add_note")


def test_a_form_that_was_answered_too_late_and_is_sent_in_again_counts_once(
    ops, opened
):
    incident, alice, view = opened("add_note")
    before = dict(view)
    sent(ops, view, {"oncall:text": "Once"}, alice)

    # By the person this time, so with another signature.
    assert sent(ops, before, {"oncall:text": "Once"}, alice) is None

    entry(incident, "add_note")


def test_a_form_with_a_mistake_can_be_sent_in_again(ops, opened):
    incident, alice, view = opened("add_note")
    sent(ops, view, {"oncall:text": " "}, alice)

    assert sent(ops, view, {"oncall:text": "Better"}, alice) is None

    assert entry(incident, "add_note").details["text"] == "Better"


def test_whoever_was_unlinked_meanwhile_is_asked_in_the_form(ops, opened):
    _incident, alice, view = opened("add_note")
    ChatUser.across_accounts.update(membership=None, linked_by="")

    said = sent(ops, view, {"oncall:text": "Hello"}, alice)

    assert said["response_action"] == "update"
    assert said["view"]["title"]["text"] == "Who are you?"
    assert not TimelineEntry.across_accounts.filter(verb="add_note").exists()


def test_a_made_up_subject_finds_nothing(ops, acme, opened):
    incident, alice, view = opened("add_note")
    other, _message = ops.shows(acme, "Another one")
    view["private_metadata"] = view["private_metadata"].replace(
        incident.public_id, other.public_id
    )

    said = sent(ops, view, {"oncall:text": "Hello"}, alice)

    assert "does not know this message" in said["errors"]["oncall:text"]
    assert not TimelineEntry.across_accounts.filter(verb="add_note").exists()


def test_whom_we_do_not_know_gets_the_question_and_no_form(ops, acme):
    _incident, message = ops.shows(acme)
    eve = ops.slack.person("eve", "eve@elsewhere.example")

    ops.presses(message, "add_note", eve)

    assert ops.slack.views == {}
    assert "which member of Acme you are" in ops.told(eve)[0]


def test_whom_we_know_by_their_address_is_asked_to_press_again(ops, acme):
    _incident, message = ops.shows(acme)
    alice = ops.slack.person("alice", acme.alice.user.email)

    ops.presses(message, "add_note", alice)
    assert "knows you as Alice now" in ops.told(alice)[0]

    ops.presses(message, "add_note", alice)
    assert view_of(ops)["callback_id"] == actions.FORM_NOTE
