"""Our part of a topic, and what others wrote around it."""

import pytest

from integrations.slack.rota import topics

TEMPLATE = "On call: {names}"


def replaced(topic: str, *people: str, written: str = "", template: str = TEMPLATE):
    return topics.replaced(topic, template, people, written)[0]


def test_an_empty_topic_becomes_our_part():
    assert replaced("", "Dana", "Priya") == "On call: Dana, Priya"


def test_nobody_is_said_in_words():
    assert replaced("") == "On call: nobody"


def test_what_others_wrote_stays_before_and_behind():
    topic = "Payments <https://a.example|wiki> | On call: Dana | be kind"

    assert replaced(topic, "Tom") == (
        "Payments <https://a.example|wiki> | On call: Tom | be kind"
    )


def test_our_part_goes_behind_what_others_wrote():
    assert replaced("Payments &amp; more", "Tom") == (
        "Payments &amp; more | On call: Tom"
    )


def test_a_part_that_somebody_changed_is_found_by_its_beginning():
    assert replaced("on call: ask in #ops | hi", "Tom") == "On call: Tom | hi"


def test_the_part_that_we_wrote_is_preferred_to_one_that_begins_alike():
    topic = "On call: see below | On call: Dana"

    assert replaced(topic, "Tom", written="On call: Dana") == (
        "On call: see below | On call: Tom"
    )


def test_names_mean_nothing_to_slack_and_cannot_end_our_part():
    assert replaced("x", "<!channel>", "A | B & C") == (
        "x | On call: &lt;!channel&gt;, A / B &amp; C"
    )


def test_many_people_are_counted():
    people = [f"Somebody with a long name {number}" for number in range(40)]
    topic, part = topics.replaced("Payments", TEMPLATE, people, "")

    assert len(topic) <= topics.LONGEST
    assert "Somebody with a long name 0, " in part
    assert part.endswith(" more")


def test_a_topic_without_room_is_refused():
    with pytest.raises(topics.Full):
        replaced("x" * 245, "Tom")


def test_a_text_around_the_names_is_kept():
    assert replaced("", "Tom", template="Ask {names} first") == "Ask Tom first"


def test_our_part_can_be_taken_out():
    assert topics.without("a | On call: Tom | b", TEMPLATE, "") == "a | b"


def test_entities_do_not_make_a_difference():
    assert topics.same("A &amp; B", "A & B")
    assert not topics.same("A", "B")
