"""What people write below our message becomes a note, where that is wanted."""

from datetime import timedelta

import pytest

from incidents import notes
from incidents.models import TimelineEntry
from integrations.models import ChatLine, ChatRequest
from integrations.slack.answering.threads import LONGEST
from tests.fakes.slack import HangsUp
from tests.integrations.slack.acting import place


@pytest.fixture
def ops(slack, acme, client):
    return place(slack, acme, client, takes_notes=True)


def says(ops, message, text, user):
    ops.slack.says(ops.client, message, text, user)
    ops.works()
    return message.replies[-1]


def change(ops, before, subtype, **message):
    """Tell that a message was changed or taken away, as Slack does."""
    event = {
        "type": "message",
        "subtype": subtype,
        "channel": ops.channel.id,
        "hidden": True,
        "previous_message": before.shape(),
    }
    if message:
        event["message"] = {**before.shape(), **message}
    else:
        event["deleted_ts"] = before.ts
    ops.slack.event(ops.client, event)
    ops.works()


def texts(incident):
    return [note.text for note in notes.of(incident)]


def test_a_reply_is_a_note_of_its_author_and_is_not_told_back(ops, acme):
    incident, message = ops.shows(acme)
    alice = ops.links(acme.alice)

    says(ops, message, "Looking at it", alice)

    entry = TimelineEntry.across_accounts.get(incident=incident, verb="add_note")
    assert (entry.membership, entry.via) == (acme.alice.membership, "slack")
    assert entry.details["text"] == "Looking at it"
    line = ChatLine.across_accounts.get()
    assert line.entry_id == entry.pk
    assert line.sent_at is not None
    assert ops.told(alice) == []


def test_without_the_choice_talk_stays_talk(ops, acme):
    ops.extension.takes_notes = False
    ops.extension.save()
    incident, message = ops.shows(acme)

    says(ops, message, "Looking at it", ops.links(acme.alice))

    assert texts(incident) == []
    assert ops.slack.asked("users.info") == []


def test_in_the_room_of_an_incident_replies_are_notes(ops, acme):
    ops.extension.takes_notes = False
    ops.extension.save()
    incident, message = ops.shows(acme)
    acme.account.rooms.update(incident=incident)

    says(ops, message, "Looking at it", ops.links(acme.alice))

    assert texts(incident) == ["Looking at it"]


def test_what_slack_writes_in_marks_is_read_as_people_do(ops, acme):
    incident, message = ops.shows(acme)
    alice, bob = ops.links(acme.alice), ops.slack.person("bob")

    says(
        ops,
        message,
        f"<@{bob.id}> <!here> see <#C1|ops> and <https://a.example/x?a=1&amp;b|graphs>"
        " &lt;script&gt; &amp;lt; <@U0NOBODY> <mailto:a@b.example|a@b.example>"
        " <!subteam^S1|@dba> <!date^1^{date}|noon>",
        alice,
    )

    assert texts(incident) == [
        "@bob @here see #ops and graphs (https://a.example/x?a=1&b) <script> &lt;"
        " @somebody a@b.example @dba noon"
    ]


def test_a_very_long_message_is_cut_in_words(ops, acme):
    incident, message = ops.shows(acme)

    says(ops, message, "long " * 5000, ops.links(acme.alice))

    (text,) = texts(incident)
    assert len(text) <= LONGEST
    assert text.endswith("… The rest is in Slack.")


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B1"},
        {"subtype": "channel_join"},
        {"subtype": "bot_message"},
        {"thread_ts": "1.000001"},
        {"user": ""},
        {"ts": "nothing"},
        {"text": ""},
        {"text": None},
    ],
)
def test_what_nobody_says_there_is_no_note(ops, acme, more):
    incident, message = ops.shows(acme)
    alice = ops.links(acme.alice)
    event = {
        "type": "message",
        "user": alice.id,
        "text": "Hello",
        "ts": ops.slack.stamp(),
        "thread_ts": message.ts,
        "channel": ops.channel.id,
    }

    answer = ops.slack.event(ops.client, {**event, **more})
    ops.works()

    assert answer.status_code == 200
    assert texts(incident) == []


def test_our_own_replies_are_no_notes(ops, acme):
    incident, message = ops.shows(acme)
    bot = ops.slack.team.people[ops.slack.team.bot]

    says(ops, message, "Alice acknowledged", bot)

    assert texts(incident) == []


def test_a_reply_that_is_told_twice_is_noted_once(ops, acme):
    incident, message = ops.shows(acme)
    says(ops, message, "Once", ops.links(acme.alice))

    ops.slack.repeats(ops.client, X_Slack_Retry_Num="1")
    ops.works()

    assert texts(incident) == ["Once"]


def test_a_reply_that_also_went_to_the_channel_counts(ops, acme):
    incident, message = ops.shows(acme)
    alice = ops.links(acme.alice)
    event = {
        **message.shape(),
        "subtype": "thread_broadcast",
        "bot_id": None,
        "user": alice.id,
        "text": "Everybody look",
        "ts": ops.slack.stamp(),
        "thread_ts": message.ts,
        "channel": ops.channel.id,
        "files": [{"permalink": "https://files.example/1"}, 3],
    }

    ops.slack.event(ops.client, event)
    ops.works()

    assert texts(incident) == ["Everybody look\nhttps://files.example/1"]


def test_a_changed_message_changes_its_note(ops, acme):
    incident, message = ops.shows(acme)
    alice = ops.links(acme.alice)
    reply = says(ops, message, "Looks fnie", alice)

    change(ops, reply, "message_changed", text="Looks fine")

    assert texts(incident) == ["Looks fine"]
    # Neither is told in the thread again.
    lines = ChatLine.across_accounts.filter(sent_at=None)
    assert not lines.exists()


def test_a_picture_that_a_link_gets_is_no_change(ops, acme):
    _incident, message = ops.shows(acme)
    reply = says(ops, message, "https://a.example", ops.links(acme.alice))

    change(ops, reply, "message_changed", attachments=[{"title": "A"}])

    assert not TimelineEntry.across_accounts.filter(verb="edit_note").exists()


def test_a_message_that_is_taken_away_takes_its_note_with_it(ops, acme):
    incident, message = ops.shows(acme)
    reply = says(ops, message, "The password is 1234", ops.links(acme.alice))

    change(ops, reply, "message_deleted")

    assert texts(incident) == []


def test_a_change_of_what_was_never_noted_does_nothing(ops, acme):
    incident, message = ops.shows(acme)
    alice = ops.links(acme.alice)
    stray = ops.slack.posted(ops.channel, "Hi", alice.id, thread_ts=message.ts)

    change(ops, stray, "message_changed", text="Hello")

    assert texts(incident) == []


def test_whom_nobody_knows_is_asked_once_a_day_and_not_noted(ops, acme):
    incident, message = ops.shows(acme)
    eve = ops.slack.person("eve", "eve@elsewhere.example")

    says(ops, message, "Hello", eve)
    says(ops, message, "Anybody?", eve)

    assert texts(incident) == []
    (question,) = ops.told(eve)
    assert "which member of Acme you are" in question
    (whisper,) = ops.channel.whispers(eve)
    assert whisper.thread_ts == message.ts


def test_anybodys_note_names_them(ops, acme):
    ops.extension.anybody_may_act = True
    ops.extension.save()
    incident, message = ops.shows(acme)
    eve = ops.slack.person("eve", "eve@elsewhere.example")

    says(ops, message, "Me too", eve)

    entry = TimelineEntry.across_accounts.get(incident=incident, verb="add_note")
    assert (entry.membership, entry.name) == (None, "eve (To #incidents)")


def test_an_observers_words_are_not_noted_and_they_learn_why_once(ops, acme):
    incident, message = ops.shows(acme)
    bob = ops.links(acme.bob)
    acme.bob.membership.role = "observer"
    acme.bob.membership.save()

    says(ops, message, "Hello", bob)
    says(ops, message, "Hello?", bob)

    assert texts(incident) == []
    (words,) = ops.told(bob)
    assert words.startswith("This was not noted: Your role does not allow this")


def test_a_resolved_incident_still_takes_notes(ops, acme):
    incident, message = ops.shows(acme)
    alice = ops.links(acme.alice)
    ops.presses(message, "resolve", alice)

    says(ops, message, "It was the disk", alice)

    assert texts(incident) == ["It was the disk"]


def test_a_note_waits_while_slack_cannot_say_whose_it_is(ops, acme):
    incident, message = ops.shows(acme)
    alice = ops.slack.person("alice", acme.alice.user.email)
    ops.slack.fails(HangsUp(), method="users.info")

    says(ops, message, "Looking", alice)
    assert texts(incident) == []

    ops.works(later=timedelta(hours=2))
    assert texts(incident) == ["Looking"]
    assert not ChatRequest.across_accounts.filter(processed_at=None).exists()
