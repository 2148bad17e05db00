"""Slack refuses a message for one piece that is too long, so none ever is."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from integrations.chat.cards import IncidentCard
from integrations.slack.layout import blocks, mrkdwn
from tests.factories import NOON
from tests.fakes.slack.blocks import faults_of
from tests.integrations.slack.cards import CARD, kinds_of, words_of

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
    assert not kinds_of(found) & {"mrkdwn", "user", "broadcast"}


def test_the_plain_text_of_the_worst_is_short_enough():
    worst = "&" * 4000
    card = replace(
        CARD,
        number=10**18,
        title=worst,
        state_words=worst,
        service=worst,
        assignees=(worst,) * 30,
        warning=worst,
    )

    assert len(blocks.text(card)) <= 4000


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
