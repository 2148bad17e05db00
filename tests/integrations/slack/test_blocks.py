"""What incidents look like in Slack."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.chat.cards import Card, IncidentCard
from integrations.slack import actions, blocks, mrkdwn
from tests.factories import NOON
from tests.fakes.slack.blocks import faults_of

CARD = IncidentCard(
    key="1",
    account="Acme",
    source="To #incidents",
    public_id="Q0123456789ABC",
    number=12,
    title="Disk full",
    state="triggered",
    state_words="Triggered",
    urgency="high",
    priority="P1",
    service="Checkout",
    assignees=("Alice", "Bob"),
    opened_at=NOON,
    resolved_at=None,
    alert_count=3,
    details="98 % of /var are used",
    link="https://oncall.test/incidents/12",
    service_link="https://oncall.test/services/P1",
    links=(("https://runbook.test", "Runbook"),),
    images=(("https://graphs.test/1.png", "", "CPU"),),
    warning="",
    verbs=("acknowledge", "resolve", "escalate", "add_note", "reassign", "snooze"),
)
RESOLVED = replace(
    CARD,
    state="resolved",
    state_words="Resolved",
    resolved_at=NOON,
    verbs=("add_note",),
)


def words_of(found):
    """Collect all that is written in blocks."""
    if isinstance(found, dict):
        own = [v for k, v in found.items() if k in ("text", "alt_text", "url")]
        return [w for w in own if isinstance(w, str)] + [
            word for each in found.values() for word in words_of(each)
        ]
    if isinstance(found, list):
        return [word for each in found for word in words_of(each)]
    return []


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
    assert blocks.text(CARD) == "#12 Triggered: Disk full (Checkout)"


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


NASTY = "<!channel> <@U1> <https://evil.test|click> *bold* _it_ ~no~ `code` & 🔥"


def test_what_others_wrote_means_nothing_to_slack():
    card = replace(CARD, title=NASTY, service=NASTY, details=NASTY, assignees=(NASTY,))

    found = blocks.of(card)

    assert "<!channel>" not in blocks.text(card)
    assert "&lt;!channel&gt;" in blocks.text(card)
    # Rich text has no marks, so the words stand there as they are.
    assert NASTY in words_of(found)
    assert "mrkdwn" not in str(found)
    assert not _kinds(found) & {"user", "usergroup", "broadcast", "channel"}


def _kinds(found):
    if isinstance(found, dict):
        own = {found["type"]} if isinstance(found.get("type"), str) else set()
        return own.union(*map(_kinds, found.values()))
    return set().union(*map(_kinds, found)) if isinstance(found, list) else set()


WORDS = st.text(max_size=4000)
CARDS = st.builds(
    IncidentCard,
    key=st.just("1"),
    account=WORDS,
    source=WORDS,
    public_id=st.just("Q0123456789ABC"),
    number=st.integers(1, 10**18),
    title=WORDS,
    state=st.sampled_from(["triggered", "acknowledged", "snoozed", "resolved"]),
    state_words=WORDS,
    urgency=st.sampled_from(["high", "low"]),
    priority=WORDS,
    service=WORDS,
    assignees=st.lists(WORDS, max_size=30).map(tuple),
    opened_at=st.just(datetime(2027, 3, 10, tzinfo=UTC)),
    resolved_at=st.sampled_from([None, NOON]),
    alert_count=st.integers(0, 10**9),
    details=WORDS,
    link=st.just("https://oncall.test/incidents/12"),
    service_link=st.just("https://oncall.test/services/P1"),
    links=st.lists(
        st.tuples(WORDS.map(lambda text: f"https://x.test/{text}"), WORDS), max_size=5
    ).map(tuple),
    images=st.lists(
        st.tuples(WORDS.map(lambda text: f"https://x.test/{text}"), WORDS, WORDS),
        max_size=3,
    ).map(tuple),
    warning=WORDS,
    verbs=st.lists(st.sampled_from(list(blocks.BUTTONS)), unique=True).map(tuple),
)


@given(card=CARDS, is_bare=st.booleans())
def test_slack_takes_whatever_a_card_says(card, is_bare):
    found = blocks.of(card, is_bare=is_bare)

    assert not faults_of(found)
    assert not [fault for block in found for fault in rich_faults(block)]
    assert 0 < len(blocks.text(card)) <= 4000
    assert all(_width(words) <= 3000 for words in words_of(found))
    assert not _kinds(found) & {"mrkdwn", "user", "broadcast"}


@given(text=WORDS, most=st.integers(1, 100))
def test_a_cut_text_is_never_too_long(text, most):
    shown = mrkdwn.cut(text, most)

    assert _width(shown) <= most
    assert shown == text or shown.endswith("…")


@given(text=WORDS)
def test_an_escaped_text_has_no_marks_and_comes_back(text):
    shown = mrkdwn.escape(text)

    assert "<" not in shown
    assert ">" not in shown
    assert mrkdwn.unescape(shown) == mrkdwn.printable(text)


def rich_faults(block):
    """Say what Slack would not take of rich text: empty words, addresses of no web."""
    if block["type"] != "rich_text":
        return
    for part in block["elements"]:
        inner = part["elements"]
        if part["type"] == "rich_text_list":
            inner = [each for row in inner for each in row["elements"]]
        for element in inner:
            if element["type"] != "date" and not element["text"]:
                yield "empty text"
            if element["type"] == "link" and " " in element["url"]:
                yield "no address"


def _width(text):
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
