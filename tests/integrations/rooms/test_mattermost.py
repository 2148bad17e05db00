"""Mattermost shows each incident in a post, and its timeline in the post's thread."""

import pytest

from integrations.chat import rooms
from tests.integrations.rooms.places import TEST, card, connected

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(acme, mattermost):
    return connected(
        acme.account,
        "mattermost",
        address=f"{mattermost.base}/",
        token="bottokenbottokenbottokenbo",
        channel="ops/incidents",
    )


def test_a_post_shows_the_incident_and_leads_to_it(room, mattermost):
    name = rooms.of(room).post(room, card())

    (post,) = mattermost.shown()
    (attachment,) = post["props"]["attachments"]
    assert post["id"] == name
    assert attachment["text"].splitlines()[:2] == [
        "**🔴 Triggered**",
        "**[#1042 Checkout latency](https://oncall.example/incidents/1042/)**",
    ]
    assert {"title": "Service", "value": "Checkout", "short": True} in attachment[
        "fields"
    ]


def test_only_what_makes_sense_can_be_pressed(room, mattermost):
    chat = rooms.of(room)
    name = chat.post(room, card())
    assert _buttons(mattermost) == ["acknowledge", "resolve", "escalate"]

    shown = card(state="resolved", state_words="Resolved", verbs=("add_note",))
    chat.update(room, name, shown)

    assert _buttons(mattermost) == []


def test_the_same_post_is_kept_true(room, mattermost):
    chat = rooms.of(room)
    name = chat.post(room, card())

    chat.update(room, name, card(state="acknowledged", state_words="Acknowledged"))

    (post,) = mattermost.shown()
    assert "🟡 Acknowledged" in post["props"]["attachments"][0]["text"]


def test_the_timeline_is_told_below_it(room, mattermost):
    name = rooms.of(room).post(room, card())

    rooms.of(room).reply(room, name, ["Alice acknowledged", "Bob wrote *this* @all"])

    (said,) = mattermost.thread(name)
    assert said == "Alice acknowledged\nBob wrote \\*this\\* @\u200ball"


def test_a_post_whose_answer_was_lost_is_found_again(room, mattermost):
    mattermost.unanswered = 1
    with pytest.raises(rooms.Unavailable) as failure:
        rooms.of(room).post(room, card())
    assert failure.value.is_uncertain

    (post,) = mattermost.shown()
    assert rooms.of(room).find(room, card()) == post["id"]
    assert rooms.of(room).find(room, card(key="43")) == ""


def test_a_post_that_somebody_deleted_is_gone(room, mattermost):
    name = rooms.of(room).post(room, card())
    mattermost.posts.clear()

    with pytest.raises(rooms.Gone):
        rooms.of(room).update(room, name, card())
    with pytest.raises(rooms.Gone):
        rooms.of(room).reply(room, name, ["Hello"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m: m.tokens.clear(), "token"),
        (lambda m: m.members[m.channel].clear(), "Add the bot"),
        (lambda m: m.channels[m.channel].update(delete_at=1), "archived"),
    ],
)
def test_what_somebody_must_mend_is_told_in_words(change, words, room, mattermost):
    change(mattermost)

    with pytest.raises(rooms.Broken, match=words):
        rooms.of(room).post(room, TEST)


def test_a_change_that_comes_too_late_keeps_no_other_one(room, mattermost):
    name = rooms.of(room).post(room, card())
    said = {"id": "api.post.update_post.permissions_time_limit.app_error"}
    mattermost.answers = [(400, said, {})]

    with pytest.raises(rooms.Refused):
        rooms.of(room).update(room, name, card())


def _buttons(mattermost):
    (post,) = mattermost.shown()
    return [each["id"] for each in post["props"]["attachments"][0]["actions"]]
