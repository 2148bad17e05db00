"""Every verb is decided for every status, and everything that happens has words."""

import ast
from pathlib import Path

import pytest
from django.utils import timezone

from incidents import actions, states, tellings, wording
from incidents.models import TimelineEntry
from incidents.models.incident import Status

ROOT = Path(__file__).resolve().parents[2]
EVERY_PAIR = [(verb, status) for verb in states.TRANSITIONS for status in Status.values]
# Verbs that the engine and intake do, under other names.
NOT_BY_PEOPLE = {"repeat", "merged", "auto_resolve", "ack_timeout", "snooze_ended"}
BY_PEOPLE = [verb for verb in states.TRANSITIONS if verb not in NOT_BY_PEOPLE]


def written_verbs() -> set[str]:
    """Find the verbs that our code names where it writes timeline entries."""
    found = set()
    for path in (ROOT / "incidents").rglob("*.py"):
        if "migrations" not in path.parts:
            for call in ast.walk(ast.parse(path.read_text())):
                if isinstance(call, ast.Call):
                    found |= _named_by(call)
    return found


def _named_by(call: ast.Call) -> set[str]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    given = [k.value for k in call.keywords if k.arg == "verb"]
    if name in ("write", "_write"):
        given += call.args[:1]
    return {
        value.value
        for value in given
        if isinstance(value, ast.Constant) and isinstance(value.value, str)
    }


@pytest.mark.parametrize(("verb", "status"), EVERY_PAIR)
def test_a_verb_is_decided_for_each_status(verb, status):
    if states.may(verb, status):
        assert states.after(verb, status) in Status.values
    else:
        with pytest.raises(
            states.NotAllowed, match=r"You cannot .+ an? \w+ incident\."
        ):
            states.after(verb, status)


@pytest.mark.parametrize("verb", BY_PEOPLE)
def test_a_refusal_names_the_verb_in_words(verb):
    for status in set(Status.values) - set(states.TRANSITIONS[verb]):
        with pytest.raises(states.NotAllowed) as refusal:
            states.after(verb, status)
        assert "_" not in str(refusal.value)


@pytest.mark.parametrize("verb", BY_PEOPLE)
def test_a_verb_of_people_is_an_action(verb):
    assert callable(getattr(actions, verb))


def test_whatever_is_written_on_a_timeline_has_a_sentence():
    written = written_verbs()

    assert {"trigger", "repaired", "notified"} <= written
    assert written | set(states.TRANSITIONS) <= set(tellings.TELLINGS)


@pytest.mark.parametrize("verb", tellings.TELLINGS)
def test_a_sentence_stands_even_when_facts_are_missing(verb):
    entry = TimelineEntry(verb=verb, via="engine", at=timezone.now(), details={})

    sentence = wording.tell(entry)

    assert sentence.text
    assert "%(" not in sentence.text
