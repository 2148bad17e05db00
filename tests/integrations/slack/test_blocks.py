"""What incidents look like in Slack."""

from dataclasses import replace

import pytest

from integrations.chat.cards import Card
from integrations.slack.layout import actions, blocks
from tests.factories import NOON
from tests.fakes.slack.blocks import faults_of
from tests.integrations.slack.cards import CARD, NASTY, RESOLVED, kinds_of, words_of


def buttons(card):
    """Name the buttons of a card by their action ids."""
    rows = [block for block in blocks.of(card) if block["type"] == "actions"]
    return [each["action_id"] for row in rows for each in row["elements"]]


def menu(card):
    rows = [block for block in blocks.of(card) if block["type"] == "actions"]
    options = rows[0]["elements"][-1]["options"]
    return [actions.chosen(option["value"]) for option in options]


def test_a_message_says_what_one_has_to_know():
    found = blocks.of(CARD)
    said = " ".join(words_of(found))

    assert not faults_of(found)
    for words in (
        *("#12 Disk full", "Triggered", "High urgency", "P1", "Checkout"),
        *("Alice, Bob", "3 alerts", "98 % of /var are used", "Runbook", "CPU"),
        *("https://oncall.test/incidents/12", "https://oncall.test/services/P1"),
    ):
        assert words in said
    assert blocks.text(CARD) == (
        "#12 Triggered: Disk full (Checkout). High urgency. Assigned to: Alice, Bob"
    )


def test_the_title_leads_to_the_incident():
    title = blocks.of(CARD)[0]["elements"][0]["elements"][1]

    assert title == {
        "type": "link",
        "url": "https://oncall.test/incidents/12",
        "text": "#12 Disk full",
        "style": {"bold": True},
    }


def test_when_it_opened_is_shown_in_each_readers_zone():
    elements = [
        element
        for block in blocks.of(CARD)
        for part in block.get("elements", ())
        for element in part.get("elements", ())
    ]

    date = next(each for each in elements if each["type"] == "date")
    assert date["timestamp"] == int(NOON.timestamp())
    assert date["fallback"] == "2027-03-10 12:00 UTC"


@pytest.mark.parametrize(
    ("state", "symbol"),
    [
        ("triggered", "🔴"),
        ("acknowledged", "🟡"),
        ("snoozed", "💤"),
        ("resolved", "✅"),
    ],
)
def test_a_state_has_a_symbol_and_a_word(state, symbol):
    card = replace(CARD, state=state, state_words=f"{state} by Alice")

    said = words_of(blocks.of(card))

    assert f"{symbol} " in said
    assert f"{state} by Alice" in said


def test_the_buttons_are_the_verbs_that_make_sense():
    assert buttons(CARD) == [
        *("oncall:acknowledge", "oncall:resolve", "oncall:escalate"),
        *("oncall:add_note", "oncall:reassign", "oncall:snooze", "oncall:more"),
    ]
    taken = replace(CARD, state="acknowledged", verbs=("resolve", "snooze"))
    assert buttons(taken) == ["oncall:resolve", "oncall:snooze", "oncall:more"]
    assert buttons(RESOLVED) == ["oncall:add_note", "oncall:more"]
    assert buttons(replace(CARD, verbs=())) == []


def test_low_urgency_does_not_escalate():
    assert "oncall:escalate" not in buttons(replace(CARD, urgency="low"))


def test_buttons_carry_the_incident_and_say_which_it_is():
    row = next(block for block in blocks.of(CARD) if block["type"] == "actions")

    for button in row["elements"][:-1]:
        assert button["value"] == CARD.public_id
        label = button["accessibility_label"]
        assert label == f"{button['text']['text']} incident 12"
    assert row["block_id"].startswith("oncall:")


def test_only_what_pages_people_asks_first():
    row = next(block for block in blocks.of(CARD) if block["type"] == "actions")

    asks = [each["action_id"] for each in row["elements"] if "confirm" in each]
    assert asks == [actions.ESCALATE]


def test_the_menu_names_the_incident_in_each_of_its_values():
    assert {public_id for _what, public_id in menu(CARD)} == {CARD.public_id}
    assert [what for what, _id in menu(CARD)] == [
        actions.MORE_OPEN,
        actions.MORE_PRIORITY,
        actions.MORE_STATUS_UPDATE,
        actions.MORE_CHANNEL,
        actions.MORE_WHO,
    ]
    assert [what for what, _id in menu(RESOLVED)] == [
        actions.MORE_OPEN,
        actions.MORE_REOPEN,
    ]


def test_a_resolved_incident_is_compact():
    found = blocks.of(RESOLVED)
    said = " ".join(words_of(found))

    assert [block["type"] for block in found] == ["rich_text", "actions"]
    assert "#12 Disk full" in said
    assert "98 %" not in said


def test_a_warning_stands_above_everything_else():
    card = replace(CARD, warning="Nobody could be told of this incident.")

    assert "Nobody could be told" in words_of(blocks.of(card)[1])[0]
    assert blocks.text(card).endswith("Nobody could be told of this incident.")


def test_nobody_is_a_word_too():
    assert "nobody" in words_of(blocks.of(replace(CARD, assignees=())))


def test_of_many_assignees_the_first_are_named():
    card = replace(CARD, assignees=tuple(f"P{n}" for n in range(25)))

    assert any("P9, 15 more" in words for words in words_of(blocks.of(card)))


def test_a_bare_message_has_no_addresses_of_others():
    found = blocks.of(CARD, is_bare=True)

    assert "image" not in {block["type"] for block in found}
    said = " ".join(words_of(found))
    assert "graphs.test" not in said
    assert "runbook.test" not in said
    assert "Slack did not take the links and images" in said
    assert buttons(CARD)


def test_addresses_are_written_as_slack_takes_them():
    card = replace(CARD, links=(('https://x.test/a b?q=<ä>|"', "There"),))

    assert "https://x.test/a%20b?q=%3Cä%3E%7C%22" in words_of(blocks.of(card))


@pytest.mark.parametrize(
    "source", ["http://graphs.test/1.png", "https://x.test/" * 300]
)
def test_images_that_slack_would_not_take_are_left_out(source):
    card = replace(CARD, images=((source, "", "CPU"),))

    assert "image" not in {block["type"] for block in blocks.of(card)}


def test_a_test_says_what_it_tests():
    card = Card("1", "Acme <b>", "To #incidents")

    assert "“To #incidents” of Acme <b> can show" in " ".join(words_of(blocks.of(card)))
    assert "Acme &lt;b&gt;" in blocks.text(card)
    assert not faults_of(blocks.of(card))


def test_what_others_wrote_means_nothing_to_slack():
    card = replace(CARD, title=NASTY, service=NASTY, details=NASTY, assignees=(NASTY,))

    found = blocks.of(card)

    assert "<!channel>" not in blocks.text(card)
    assert "&lt;!channel&gt;" in blocks.text(card)
    # Rich text has no marks, so the words stand there as they are.
    assert NASTY in words_of(found)
    assert "mrkdwn" not in str(found)
    assert not kinds_of(found) & {"user", "usergroup", "broadcast", "channel"}
