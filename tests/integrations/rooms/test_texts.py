"""What tools and people wrote is escaped, and cut where a chat has no more room."""

import re

from hypothesis import given
from hypothesis import strategies as st

from integrations.chat import texts

ESCAPE = texts.markdown("\\`*_[]")


@given(st.text(max_size=400), st.integers(0, 300))
def test_a_text_never_takes_more_than_its_room(text, room):
    for width in (len, texts.utf16, texts.utf8):
        found = texts.fitted(text, room, escape=ESCAPE, width=width)

        assert width(found) <= room


@given(st.text("\\`*_[]a", max_size=100), st.integers(1, 60))
def test_a_cut_never_leaves_half_an_escape(text, room):
    found = texts.fitted(text, room, escape=ESCAPE)

    bare = re.sub(r"\\[\\`*_\[\]]", "", found)
    assert not set(bare) & set("\\`*_[]")


def test_what_is_cut_says_so():
    assert texts.fitted("abcdef", 4) == "abc…"
    assert texts.fitted("abcd", 4) == "abcd"


def test_an_address_is_left_whole():
    text = "see https://example.com/a_b_c?x=1 *now*"

    found = texts.fitted(text, 100, escape=ESCAPE)

    assert found == "see https://example.com/a_b_c?x=1 \\*now\\*"


def test_an_address_that_does_not_fit_is_left_out_as_a_whole():
    assert texts.fitted("see https://example.com/a", 15) == "see …"


def test_nobody_is_called_by_their_name():
    escape = texts.markdown("*", calls=f"@{texts.NOTHING}")

    assert texts.fitted("@all", 9, escape=escape) == "@\u200ball"


def test_characters_that_turn_or_end_a_text_are_taken_out():
    assert texts.clean("a\u202eb\x00c\r\nd") == "abc\nd"


def test_an_address_ends_where_it_ends():
    found = texts.address("https://example.com/a) [b](c")

    assert found == "https://example.com/a%29%20%5Bb%5D%28c"
