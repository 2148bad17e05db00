"""Covering a shift on the pages of a schedule, and giving it back."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from oncall.models import Override
from tests import factories
from tests.oncall.running import link, override, page, removal, shown

MORNING = datetime(2027, 5, 20, 9, tzinfo=UTC)


def test_a_responder_covers_a_shift(bob, acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    acme.account.schedules.update(time_zone="Europe/Berlin")
    url = page(schedule, "override_create")

    suggested = bob.get(
        url,
        {"since": "2027-05-20T07:00:00+00:00", "until": "2027-05-20T09:00:00+00:00"},
    ).content.decode()
    assert 'value="2027-05-20T09:00"' in suggested

    answer = bob.post(
        url,
        {
            "membership": acme.bob.membership.public_id,
            "starts": "2027-05-20T09:00",
            "ends": "2027-05-20T11:00",
        },
    )

    assert answer.headers["Location"] == page(schedule)
    override = schedule.overrides.get()
    assert override.starts_at == datetime(2027, 5, 20, 7, tzinfo=UTC)
    assert override.created_by == acme.bob.membership
    assert link(acme.bob) in shown(bob, schedule, since="2027-05-20", days="1")
    assert link(acme.bob) not in shown(bob, schedule, since="2027-05-21", days="1")


def test_an_override_that_ends_before_it_starts_is_refused(bob, acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)

    answer = bob.post(
        page(schedule, "override_create"),
        {
            "membership": acme.bob.membership.public_id,
            "starts": "2027-05-20T09:00",
            "ends": "2027-05-20T09:00",
        },
    )

    assert "The end must be after the start." in answer.content.decode()
    assert 'value="2027-05-20T09:00"' in answer.content.decode()
    assert not schedule.overrides.exists()


def test_a_future_override_is_removed_and_a_running_one_ends_now(bob, acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    future, running = override(acme, schedule, 1, 2), override(acme, schedule, -1, 1)

    bob.post(removal(future))
    bob.post(removal(running))

    assert list(schedule.overrides.all()) == [running]
    before, running.ends_at = running.ends_at, schedule.overrides.get().ends_at
    assert running.ends_at < before
    assert acme.account.audit_entries.count() == 2


def test_a_past_override_stays(bob, acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    past = override(acme, schedule, -3, -1)

    answer = bob.post(removal(past), follow=True)

    assert "the past is not changed" in answer.content.decode()
    assert list(schedule.overrides.all()) == [past]


def test_an_override_is_not_removed_by_reading(bob, acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    future = override(acme, schedule, 1, 2)

    assert bob.get(removal(future)).status_code == 405
    assert schedule.overrides.exists()


def test_an_override_of_another_account_or_schedule_is_not_found(alice, acme, globex):
    theirs = factories.schedule(globex.account, globex.mallory.membership)
    mine = factories.schedule(acme.account, acme.alice.membership)
    other = factories.schedule(acme.account, acme.alice.membership, name="Other")
    made = globex.account.schedule_overrides.create(
        schedule=theirs,
        membership=globex.mallory.membership,
        starts_at=MORNING,
        ends_at=MORNING + timedelta(hours=1),
    )
    ours = override(acme, other, 1, 2)

    assert alice.post(removal(made)).status_code == 404
    for wrong in (made, ours):
        url = reverse("override_remove", args=[mine.public_id, wrong.public_id])
        assert alice.post(url).status_code == 404
    assert Override.across_accounts.count() == 2


@pytest.mark.parametrize(
    ("typed", "starts_at"),
    [
        # Skipped by the clocks: read with the offset before the gap, 03:15 local.
        ("2027-03-28T02:15", datetime(2027, 3, 28, 1, 15, tzinfo=UTC)),
        # Shown twice by the clocks: the first one.
        ("2027-10-31T02:15", datetime(2027, 10, 31, 0, 15, tzinfo=UTC)),
    ],
)
def test_a_time_on_a_night_of_a_clock_change_is_understood(bob, acme, typed, starts_at):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    acme.account.schedules.update(time_zone="Europe/Berlin")

    bob.post(
        page(schedule, "override_create"),
        {
            "membership": acme.bob.membership.public_id,
            "starts": typed,
            "ends": "2027-11-01T09:00",
        },
    )

    assert schedule.overrides.get().starts_at == starts_at


def test_somebody_of_another_account_or_who_left_covers_nothing(bob, acme, globex):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    gone = factories.person(acme.account, "Gone", deactivated_at=MORNING)

    for person in (globex.mallory, gone):
        answer = bob.post(
            page(schedule, "override_create"),
            {
                "membership": person.membership.public_id,
                "starts": "2027-05-20T09:00",
                "ends": "2027-05-20T11:00",
            },
        )
        assert "Select a valid choice" in answer.content.decode()
    assert not schedule.overrides.exists()


# What comes of it


def asked(person, starts: str, ends: str) -> dict[str, str]:
    return {"membership": person.membership.public_id, "starts": starts, "ends": ends}


def test_a_preview_says_whom_somebody_covers_and_changes_nothing(bob, acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    url = page(schedule, "override_preview")

    day = asked(acme.bob, "2027-05-20T09:00", "2027-05-20T11:00")
    text = bob.post(url, day).content.decode()

    assert "Bob covers Alice from" in text
    assert "After saving" in text
    assert not schedule.overrides.exists()
    own = asked(acme.alice, "2027-05-20T09:00", "2027-05-20T11:00")
    assert "Alice is on call from" in bob.post(url, own).content.decode()


def test_a_preview_warns_of_overrides_that_overlap(bob, acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    acme.account.schedule_overrides.create(
        schedule=schedule,
        membership=acme.alice.membership,
        starts_at=MORNING,
        ends_at=MORNING + timedelta(hours=4),
    )
    url = page(schedule, "override_preview")

    over = asked(acme.bob, "2027-05-20T10:00", "2027-05-20T11:00")
    assert "Overrides overlap: Bob is on call" in bob.post(url, over).content.decode()
    after = asked(acme.bob, "2027-05-20T13:00", "2027-05-20T14:00")
    assert "Overrides overlap" not in bob.post(url, after).content.decode()


def test_a_preview_of_nonsense_asks_again(bob, acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)

    wrong = asked(acme.bob, "2027-05-20T13:00", "2027-05-20T11:00")
    text = bob.post(page(schedule, "override_preview"), wrong).content.decode()

    assert "Choose a person, a start and an end" in text


def test_a_preview_without_scripts_saves_nothing_either(bob, acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    day = asked(acme.bob, "2027-05-20T09:00", "2027-05-20T11:00")

    answer = bob.post(page(schedule, "override_create"), day | {"do": "preview"})

    assert "Bob covers Alice from" in answer.content.decode()
    assert not schedule.overrides.exists()


def test_an_override_of_years_is_previewed_in_part(bob, acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    ages = asked(acme.bob, "1990-01-01T00:00", "2100-12-31T00:00")

    answer = bob.post(page(schedule, "override_preview"), ages)

    assert answer.status_code == 200
    assert answer.content.decode().count("data-day") <= 35


def test_nobody_is_suggested_to_cover_their_own_shift(alice, acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    shift = {"since": MORNING.isoformat(), "until": "2027-05-20T12:00:00+00:00"}

    text = alice.get(page(schedule, "override_create"), shift).content.decode()

    assert f'value="{acme.alice.membership.public_id}" selected' not in text


def test_to_cover_a_running_shift_begins_with_what_is_left_of_it(bob, acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    now = timezone.now().replace(microsecond=0)
    url = reverse("override_create", args=[schedule.public_id])
    period = {
        "since": (now - timedelta(hours=5)).isoformat(),
        "until": (now + timedelta(hours=3)).isoformat(),
    }

    with time_machine.travel(now, tick=False):
        form = bob.get(url, period).content.decode()

    assert f'value="{now:%Y-%m-%dT%H:%M}' in form
