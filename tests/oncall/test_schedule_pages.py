"""The pages of schedules and overrides, and who is on call now."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from oncall import queries
from tests import factories
from tests.oncall.pages import press, typed
from tests.oncall.running import override, page, removal, running, shown

NEW = "/schedules/new/"
DAY = timedelta(days=1)
MORNING = datetime(2027, 5, 20, 9, tzinfo=UTC)


def weekly(acme, **fields) -> dict[str, Any]:
    """What the form of a new schedule holds after somebody filled it in."""
    return {
        "name": "Primary",
        "time_zone": "Europe/Berlin",
        "layer-0-people": [
            acme.alice.membership.public_id,
            acme.bob.membership.public_id,
        ],
        "layer-0-rotation": "weekly",
        "layer-0-handoff_weekday": "1",
        "layer-0-handoff": "09:00",
        "layer-0-starts": "2027-05-17T09:00",
        **fields,
    }


# Making and changing


def test_a_schedule_is_made_on_one_form_without_scripts(alice, acme):
    held = typed(alice.get(NEW).content.decode()) | weekly(acme)
    held = typed(press(alice, NEW, held, "layer/add").content.decode())
    held = typed(press(alice, NEW, held, "layer/1/restriction/add").content.decode())
    answer = press(
        alice,
        NEW,
        held,
        "save",
        layer__1__people=[acme.bob.membership.public_id],
        layer__1__rotation="custom",
        layer__1__length="12",
        layer__1__unit="hours",
        layer__1__starts="2027-05-17T20:00",
        **{
            "layer-1-handoff": "20:00",
            "layer-1-restriction-0-kind": "weekly",
            "layer-1-restriction-0-start_weekday": "5",
            "layer-1-restriction-0-start": "18:00",
            "layer-1-restriction-0-end_weekday": "1",
            "layer-1-restriction-0-end": "08:00",
        },
    )

    schedule = acme.account.schedules.get()
    assert answer.headers["Location"] == page(schedule)
    low, high = schedule.layers.all()
    assert low.turn_length == timedelta(days=7)
    assert low.rotation_virtual_start == datetime(2027, 5, 17, 7, tzinfo=UTC)
    assert [turn.membership.name for turn in low.turns.all()] == ["Alice", "Bob"]
    assert high.turn_length == timedelta(hours=12)
    window = high.restrictions.get()
    assert (window.weekday, window.duration) == (5, timedelta(hours=62))

    text = shown(alice, schedule)
    assert "Weekly, hands over Mondays 09:00 Europe/Berlin: Alice → Bob" in text
    assert "Fridays 18:00 to Mondays 08:00" in text


def test_the_first_person_begins_at_the_start(alice, acme):
    # A Wednesday: the turn began on the Monday before.
    held = typed(alice.get(NEW).content.decode()) | weekly(
        acme, **{"layer-0-starts": "2027-05-19T12:00"}
    )

    press(alice, NEW, held, "save")

    layer = acme.account.schedule_layers.get()
    assert layer.starts_at == datetime(2027, 5, 19, 10, tzinfo=UTC)
    assert layer.rotation_virtual_start == datetime(2027, 5, 17, 7, tzinfo=UTC)


def test_a_preview_shows_the_next_shifts_and_saves_nothing(alice, acme):
    held = typed(alice.get(NEW).content.decode())

    answer = press(
        alice,
        NEW,
        held,
        "preview",
        name="Primary",
        layer__0__people=[acme.bob.membership.public_id],
    )

    text = answer.content.decode()
    assert "The next shifts" in text
    assert "Always Bob" in text
    assert not acme.account.schedules.exists()


def test_a_preview_names_the_gaps(alice, acme):
    tomorrow = timezone.now() + timedelta(days=1)
    held = typed(alice.get(NEW).content.decode()) | weekly(
        acme, **{"layer-0-starts": tomorrow.strftime("%Y-%m-%dT%H:%M")}
    )

    assert "Nobody on call" in press(alice, NEW, held, "preview").content.decode()


def test_mistakes_are_explained_and_lose_nothing(alice, acme):
    held = typed(alice.get(NEW).content.decode()) | weekly(
        acme,
        **{
            "name": "",
            "layer-0-people": [""],
            "layer-0-rotation": "custom",
            "layer-0-length": "0.5",
            "layer-0-unit": "hours",
            "layer-0-ends": "2027-01-01T00:00",
            "layer-0-restriction-0-kind": "daily",
            "layer-0-restriction-0-start_weekday": "1",
            "layer-0-restriction-0-start": "09:00",
            "layer-0-restriction-0-end_weekday": "5",
            "layer-0-restriction-0-end": "09:00",
        },
    )

    text = press(alice, NEW, held, "save").content.decode()

    assert "Choose at least one person." in text
    assert "A turn lasts at least one hour." in text
    assert "The end must be after the start." in text
    assert "From and until are the same" in text
    assert typed(text)["layer-0-length"] == ["0.5"]
    assert not acme.account.schedules.exists()


def test_the_length_of_a_turn_only_matters_for_turns_of_custom_length(alice, acme):
    held = typed(alice.get(NEW).content.decode()) | weekly(
        acme, **{"layer-0-length": "long"}
    )

    refused = press(alice, NEW, held, "save", layer__0__rotation="custom")
    assert "Enter a number." in refused.content.decode()

    press(alice, NEW, held, "save")
    assert acme.account.schedule_layers.get().turn_length == timedelta(days=7)


def test_saving_without_a_change_changes_nothing(alice, acme):
    schedule = factories.schedule(acme.account)
    # Finer than the form can show, and a phase that does not begin at the start.
    layer = factories.layer(
        schedule,
        acme.alice.membership,
        acme.bob.membership,
        starts_at=datetime(2027, 5, 17, 9, 0, 30, tzinfo=UTC),
        rotation_virtual_start=datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC),
        turn_length=timedelta(seconds=100_001),
    )
    layer.restrictions.create(
        account=acme.account,
        kind="daily",
        start_time="20:00:01",
        duration=timedelta(seconds=43_202),
    )
    url = page(schedule, "schedule_edit")

    held = typed(alice.get(url).content.decode())
    assert press(alice, url, held, "save").status_code == 302

    after = schedule.layers.get()
    for field in ("pk", "starts_at", "rotation_virtual_start", "turn_length"):
        assert getattr(after, field) == getattr(layer, field)
    assert after.restrictions.get().duration == timedelta(seconds=43_202)


def test_a_later_hand_off_keeps_the_order_of_the_turns(alice, acme):
    schedule = factories.schedule(
        acme.account, acme.alice.membership, acme.bob.membership
    )
    url = page(schedule, "schedule_edit")

    held = typed(alice.get(url).content.decode())
    press(alice, url, held, "save", layer__0__handoff="10:00")

    layer = schedule.layers.get()
    assert layer.rotation_virtual_start == datetime(2027, 1, 4, 10, tzinfo=UTC)
    assert layer.starts_at == datetime(2027, 1, 4, tzinfo=UTC)


def test_people_and_layers_change_places(alice, acme):
    schedule = factories.schedule(
        acme.account, acme.alice.membership, acme.bob.membership
    )
    factories.layer(schedule, acme.bob.membership, position=2, name="Nights")
    url = page(schedule, "schedule_edit")

    held = typed(alice.get(url).content.decode())
    held = typed(press(alice, url, held, "layer/0/people/down/0").content.decode())
    held = typed(press(alice, url, held, "layer/up/1").content.decode())
    press(alice, url, held, "save")

    nights, days = schedule.layers.all()
    assert nights.name == "Nights"
    assert [turn.membership.name for turn in days.turns.all()] == ["Bob", "Alice"]


def test_a_person_of_another_account_is_not_accepted(alice, acme, globex):
    held = typed(alice.get(NEW).content.decode()) | weekly(
        acme, **{"layer-0-people": [globex.mallory.membership.public_id]}
    )

    assert "no longer exists" in press(alice, NEW, held, "save").content.decode()
    assert not acme.account.schedules.exists()


def test_a_schedule_in_use_is_kept_and_its_policies_are_listed(alice, acme):
    schedule = factories.schedule(acme.account, acme.bob.membership)
    policy = factories.policy(acme.account, [schedule], name="Payments")
    url = page(schedule, "schedule_delete")

    answer = alice.post(url)
    assert answer.status_code == 409
    assert "Payments" in answer.content.decode()

    policy.delete()
    alice.get(url)
    assert acme.account.schedules.exists()
    alice.post(url)
    assert not acme.account.schedules.exists()


# Looking


def test_the_page_lists_shifts_and_names_the_gaps(bob, acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    schedule.layers.update(ends_at=datetime(2027, 5, 21, 12, tzinfo=UTC))

    text = shown(bob, schedule, since="2027-05-20", days="7")

    assert "20 May 2027" in text
    assert "26 May 2027" in text
    assert "Alice" in text
    assert text.count('class="nobody"') == 2  # in the list, and now


def test_the_list_of_shifts_marks_a_change_of_the_clocks(bob, acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    acme.account.schedules.update(time_zone="Europe/Berlin")

    assert "The clocks change" in shown(bob, schedule, since="2027-03-28", days="1")
    assert "The clocks change" not in shown(bob, schedule, since="2027-03-29", days="1")


def test_times_are_in_the_zone_of_the_schedule_or_of_the_reader(bob, acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    acme.account.schedules.update(time_zone="Asia/Tokyo")
    acme.account.memberships.update(time_zone="America/Denver")

    assert "Times are in Asia/Tokyo (UTC+09:00)" in shown(bob, schedule)
    assert "Times are in America/Denver" in shown(bob, schedule, zone="mine")


@pytest.mark.parametrize("query", [{"since": "9999-99-99"}, {"days": "400"}])
def test_an_odd_range_is_the_usual_one(bob, acme, query):
    schedule = factories.schedule(acme.account, acme.alice.membership)

    assert bob.get(page(schedule), query).status_code == 200


def test_the_list_says_who_is_on_call_and_who_is_next(observer, acme):
    running(acme, acme.alice, acme.bob)

    text = observer.get(reverse("schedules")).content.decode()

    assert text.index("Alice") < text.index("Bob")
    assert "Nobody on call" not in text


def test_the_list_says_when_nobody_is_on_call(observer, acme):
    running(acme, acme.bob)
    acme.account.memberships.filter(pk=acme.bob.membership.pk).update(
        deactivated_at=MORNING
    )

    text = observer.get(reverse("schedules")).content.decode()

    assert "Nobody on call" in text
    assert "Bob" not in text


def test_a_schedule_page_takes_few_queries(bob, acme, django_assert_max_num_queries):
    schedule = factories.schedule(acme.account)
    for position in range(5):
        layer = factories.layer(
            schedule,
            acme.alice.membership,
            acme.bob.membership,
            position=position,
            turn_length=timedelta(days=1),
        )
        layer.restrictions.create(
            account=acme.account,
            kind="daily",
            start_time="20:00",
            duration=timedelta(hours=2),
        )

    with django_assert_max_num_queries(35):
        bob.get(page(schedule))


def test_the_timeline_has_a_row_for_each_layer_and_a_table_that_says_the_same(
    bob, acme
):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    factories.layer(schedule, acme.bob.membership, position=2, name="Nights")

    text = shown(bob, schedule, since="2027-05-20", days="7")

    rows = re.findall(r'class="rota-label" title="([^"]+)"', text)
    assert rows == ["Layer 1", "Nights", "Overrides", "Final schedule"]
    assert "Later rows win over earlier ones." in text
    assert re.findall(r'<h3 id="shifts-[\w-]+">([^<]+)<', text) == [
        "Layer 1",
        "Nights",
        "Overrides",
    ]


def test_a_change_of_the_clocks_is_said_in_words(bob, acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    acme.account.schedules.update(time_zone="Europe/Berlin")

    text = shown(bob, schedule, since="2027-03-22", days="7")
    assert "Sun 28 Mar: the clocks go forward by 1 h, the day has 23 h." in text
    assert "the clocks go" not in shown(bob, schedule, since="2027-04-05", days="7")


def test_warnings_stand_on_the_page_with_what_helps(bob, acme):
    schedule = running(acme, acme.alice)
    schedule.layers.update(ends_at=timezone.now() + timedelta(days=2))
    acme.alice.email.delete()

    text = shown(bob, schedule)

    assert "Nobody is on call for a while" in text
    assert "Add override for the gap from" in text
    assert "Alice has no working contact method" in text
    assert "See how Alice is reached" in text


def test_an_observer_sees_warnings_without_dead_buttons(observer, acme):
    schedule = running(acme, acme.alice)
    schedule.layers.update(ends_at=timezone.now() + timedelta(days=2))

    text = shown(observer, schedule)

    assert "Nobody is on call for a while" in text
    assert "Add override" not in text


# Editing with a live preview


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


# Versions


def edited(alice, schedule, **changed):
    url = page(schedule, "schedule_edit")
    held = typed(alice.get(url).content.decode())
    return press(alice, url, held, "save", **changed)


def test_a_change_takes_effect_at_a_chosen_time(alice, acme):
    schedule = running(acme, acme.alice)
    bob = [acme.bob.membership.public_id]
    soon = (timezone.now() + timedelta(days=3)).replace(tzinfo=None)

    answer = edited(
        alice,
        schedule,
        layer__0__people=bob,
        takes_effect="later",
        effective=soon.isoformat(timespec="minutes"),
    )

    assert answer.status_code == 302
    text = shown(alice, schedule)
    assert "A change is planned from" in text
    assert "Planned" in text
    now = queries.on_call(acme.account, [schedule.pk], timezone.now())
    then = queries.on_call(acme.account, [schedule.pk], timezone.now() + 4 * DAY)
    assert now[schedule.pk] == acme.alice.membership
    assert then[schedule.pk] == acme.bob.membership


@pytest.mark.parametrize(
    ("typed_time", "words"),
    [("", "This field is required."), ("2020-01-01T00:00", "past")],
)
def test_a_change_takes_effect_at_no_odd_time(alice, acme, typed_time, words):
    schedule = running(acme, acme.alice)

    answer = edited(
        alice,
        schedule,
        name="Renamed",
        takes_effect="later",
        effective=typed_time,
    )

    text = answer.content.decode()
    assert answer.status_code == 200
    assert words in text
    assert 'value="Renamed"' in text
    assert acme.account.schedules.get().name == "Primary"


def test_a_change_on_top_of_somebody_elses_is_refused_and_kept(alice, acme):
    schedule = running(acme, acme.alice)
    url = page(schedule, "schedule_edit")
    stale = typed(alice.get(url).content.decode())
    edited(alice, schedule, name="First")

    answer = press(alice, url, stale, "save", name="Second")

    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Somebody else has changed" in text
    assert 'value="Second"' in text
    assert acme.account.schedules.get().name == "First"


def test_a_version_is_restored_after_a_look_at_it(alice, acme):
    schedule = running(acme, acme.alice)
    edited(alice, schedule, layer__0__people=[acme.bob.membership.public_id])
    assert "Restore version 1" in shown(alice, schedule)
    url = page(schedule, "schedule_restore")

    look = alice.get(url, {"version": "1"}).content.decode()
    assert "Always Alice" in look
    assert acme.account.schedule_layers.get().turns.get().membership.name == "Bob"
    alice.post(url, {"version": "1"})

    assert acme.account.schedule_layers.get().turns.get().membership.name == "Alice"
    assert "Restore version 2" in shown(alice, schedule)


def test_nobody_restores_what_there_is_not_or_may_not(alice, acme, globex):
    schedule = running(acme, acme.alice)
    theirs = factories.schedule(globex.account, globex.mallory.membership)
    url = page(schedule, "schedule_restore")

    assert alice.get(url).status_code == 302
    assert alice.post(url, {"version": "77"}).status_code == 404
    assert alice.post(page(theirs, "schedule_restore")).status_code == 404
    acme.alice.membership.role = "responder"
    acme.alice.membership.save()
    assert alice.post(url, {"version": "1"}).status_code == 403


# Who may


def test_an_observer_reads_and_cannot_change_anything(observer, acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    future = override(acme, schedule, 1, 2)

    text = shown(observer, schedule)
    assert "Alice" in text
    for forbidden in ("/edit/", "/delete/", "/overrides/"):
        assert forbidden not in text
    for name in ("schedule_edit", "schedule_delete", "override_create"):
        assert observer.post(page(schedule, name)).status_code == 403
    assert observer.post(removal(future)).status_code == 403
    assert observer.get(NEW).status_code == 403
    assert schedule.overrides.exists()


def test_a_responder_covers_shifts_and_does_not_edit_schedules(bob, acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)

    assert bob.get(page(schedule, "override_create")).status_code == 200
    assert bob.get(page(schedule, "schedule_edit")).status_code == 403
    assert bob.post(page(schedule, "schedule_delete")).status_code == 403
    assert acme.account.schedules.exists()


@pytest.mark.parametrize(
    "name", ["schedule", "schedule_edit", "schedule_delete", "override_create"]
)
def test_a_schedule_of_another_account_is_not_found(alice, globex, name):
    theirs = factories.schedule(globex.account, globex.mallory.membership)

    assert alice.get(page(theirs, name)).status_code == 404
