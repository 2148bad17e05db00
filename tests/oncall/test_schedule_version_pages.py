"""Changes that take effect later, and versions that are restored."""

from datetime import timedelta

import pytest
from django.utils import timezone

from oncall import queries
from tests import factories
from tests.oncall.pages import press, typed
from tests.oncall.running import page, running, shown

DAY = timedelta(days=1)


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
