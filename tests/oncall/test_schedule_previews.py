"""The live preview of a schedule that is edited."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from tests import factories
from tests.oncall.pages import NEW, press, typed, weekly
from tests.oncall.running import page, running


def test_the_preview_answers_what_is_typed_and_saves_nothing(alice, acme):
    held = typed(alice.get(NEW).content.decode()) | weekly(acme, name="")

    answer = alice.post(reverse("schedule_preview"), held)

    text = answer.content.decode()
    assert "Weekly, hands over Mondays 09:00 Europe/Berlin: Alice → Bob" in text
    assert "Final schedule" in text
    assert "announce" in answer.headers["HX-Trigger"]
    assert not acme.account.schedules.exists()


def test_the_preview_says_what_is_missing(alice, acme):
    held = typed(alice.get(NEW).content.decode())

    text = alice.post(reverse("schedule_preview"), held).content.decode()

    assert "Choose at least one person." in text
    assert "Final schedule" not in text


def test_the_preview_of_a_change_shows_what_is_saved_beside_it(alice, acme):
    schedule = running(acme, acme.alice)
    url = page(schedule, "schedule_edit")
    held = typed(alice.get(url).content.decode())

    changed = held | {"layer-0-people": [acme.bob.membership.public_id]}
    text = alice.post(page(schedule, "schedule_edit_preview"), changed).content.decode()

    rows = re.findall(r'class="rota-label" title="([^"]+)"', text)
    assert rows[-2:] == ["Saved now", "After saving"]
    assert "Always Bob" in text
    assert [turn.membership.name for turn in schedule.layers.get().turns.all()] == [
        "Alice"
    ]


@pytest.mark.parametrize("name", ["schedule_edit_preview", "override_preview"])
def test_a_preview_is_asked_for_by_those_who_may_and_by_post(alice, acme, globex, name):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    theirs = factories.schedule(globex.account, globex.mallory.membership)

    assert alice.get(page(schedule, name)).status_code == 405
    assert alice.post(page(schedule, name)).status_code == 200
    assert alice.post(page(theirs, name)).status_code == 404
    acme.alice.membership.role = "observer"
    acme.alice.membership.save()
    assert alice.post(page(schedule, name)).status_code == 403


@pytest.mark.parametrize(("rotation", "days"), [("two-weeks", 14), ("four-weeks", 28)])
def test_turns_of_some_weeks_hand_over_on_their_weekday(alice, acme, rotation, days):
    held = typed(alice.get(NEW).content.decode()) | weekly(
        acme,
        **{
            "layer-0-rotation": rotation,
            "layer-0-handoff_weekday": "3",
            "layer-0-starts": "2027-05-21T09:00",
        },
    )

    press(alice, NEW, held, "save")

    layer = acme.account.schedule_layers.get()
    assert layer.turn_length == timedelta(days=days)
    # The Wednesday before the start.
    assert layer.rotation_virtual_start == datetime(2027, 5, 19, 7, tzinfo=UTC)
    url = page(layer.schedule, "schedule_edit")
    assert typed(alice.get(url).content.decode())["layer-0-rotation"] == [rotation]


def test_usual_hours_are_added_by_one_button(alice, acme):
    held = typed(alice.get(NEW).content.decode()) | weekly(acme)

    held = typed(press(alice, NEW, held, "layer/0/hours/office").content.decode())
    held = typed(press(alice, NEW, held, "layer/0/hours/nights").content.decode())
    held = typed(press(alice, NEW, held, "layer/7/hours/nights").content.decode())
    held = typed(press(alice, NEW, held, "layer/0/hours/lunch").content.decode())
    press(alice, NEW, held, "save")

    windows = acme.account.schedule_restrictions.order_by("id")
    assert [window.weekday for window in windows] == [1, 2, 3, 4, 5, None]
    assert {window.duration for window in windows} == {
        timedelta(hours=8),
        timedelta(hours=15),
    }
