"""Who may read, cover and edit schedules."""

import pytest

from tests import factories
from tests.oncall.pages import NEW
from tests.oncall.running import override, page, removal, shown


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
