"""Calendars subscribe to shifts by a secret link, and see them move, not double."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from accounts import tenancy
from accounts.permissions import Actor, NotPermitted
from oncall import feeds, overrides, rotations
from oncall.models import CalendarFeed, Schedule
from tests import factories

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
# A Friday; Alice and Bob take turns of a week from Monday 2027-01-04 on.
NOW = datetime(2027, 3, 12, 12, tzinfo=UTC)
MONDAY = datetime(2027, 3, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _friday():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def schedule(acme) -> Schedule:
    return factories.schedule(acme.account, acme.alice.membership, acme.bob.membership)


def web(person) -> Actor:
    return Actor("web", person.membership)


def link_of(person, schedule: Schedule | None) -> str:
    _feed, secret = feeds.create(person.membership, schedule, actor=web(person), at=NOW)
    return f"/calendar/{secret}.ics"


def read(link: str) -> Any:
    """Read a link as a calendar program does."""
    answer = Client().get(link)
    assert answer.status_code == 200
    return Calendar.from_ical(answer.content)


def events(link: str) -> dict[str, tuple[datetime, datetime]]:
    """Read the events of a link: from UID to start and end."""
    found = read(link).walk("VEVENT")
    by_uid = {str(e["UID"]): (e["DTSTART"].dt, e["DTEND"].dt) for e in found}
    assert len(by_uid) == len(found)
    return by_uid


def uid_at(link: str, instant: datetime) -> str:
    """Name the event that the instant lies in."""
    (uid,) = [
        uid for uid, (start, end) in events(link).items() if start <= instant < end
    ]
    return uid


def moves_to(world, schedule, start: datetime) -> None:
    draft = rotations.draft_of(schedule)
    (layer,) = draft.layers
    moved = replace(layer, rotation_virtual_start=start)
    rotations.update(
        schedule,
        actor=web(world.alice),
        at=NOW,
        draft=replace(draft, layers=(moved,)),
    )


def covers(world, schedule, person, start: datetime, end: datetime):
    return overrides.create(
        schedule,
        actor=web(world.alice),
        at=NOW,
        membership=person.membership,
        starts_at=start,
        ends_at=end,
    )


def test_a_schedules_link_shows_everybodys_shifts_in_utc(acme, schedule):
    calendar = read(link_of(acme.alice, schedule))

    found = {event["DTSTART"].dt: event for event in calendar.walk("VEVENT")}
    event = found[MONDAY]
    assert event["DTEND"].dt == MONDAY + 7 * DAY
    assert event["DTSTART"].dt.utcoffset() == timedelta()
    assert str(event["SUMMARY"]) == "Alice on call: Primary"
    assert str(event["URL"]).endswith(f"/schedules/{schedule.public_id}/")
    assert event["TRANSP"] == "TRANSPARENT"
    assert str(found[MONDAY + 7 * DAY]["SUMMARY"]) == "Bob on call: Primary"
    # Thirty days back, half a year ahead, and the outermost with their true ends.
    assert min(found) <= NOW - 30 * DAY
    assert max(found) > NOW + 170 * DAY


def test_a_calendar_says_how_it_is_called_and_how_often_to_look(acme, schedule):
    link = link_of(acme.alice, schedule)

    calendar = read(link)
    text = Client().get(link).content.decode()

    assert str(calendar["X-WR-CALNAME"]) == "Primary"
    assert str(calendar["X-WR-TIMEZONE"]) == "UTC"
    assert calendar["METHOD"] == "PUBLISH"
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in text
    assert "X-PUBLISHED-TTL:PT1H\r\n" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_ones_own_link_shows_ones_own_shifts_of_all_schedules(acme, schedule):
    factories.schedule(acme.account, acme.alice.membership, name="Second")
    factories.schedule(acme.account, acme.bob.membership, name="Bob's")

    calendar = read(link_of(acme.alice, None))

    titles = {str(event["SUMMARY"]) for event in calendar.walk("VEVENT")}
    assert titles == {"On call: Primary", "On call: Second"}
    assert str(calendar["X-WR-CALNAME"]) == "On call: Alice"


def test_a_shift_without_an_end_ends_with_what_is_shown(acme):
    forever = factories.schedule(acme.account, acme.alice.membership)

    ((start, end),) = events(link_of(acme.alice, forever)).values()

    assert start == datetime(2027, 1, 4, tzinfo=UTC)
    assert end == datetime(2027, 3, 12, tzinfo=UTC) + 180 * DAY


def test_a_hand_off_at_another_hour_moves_the_shifts(acme, schedule):
    link = link_of(acme.alice, schedule)
    before = events(link)
    uid = uid_at(link, MONDAY + DAY)

    moves_to(acme, schedule, datetime(2027, 1, 4, 9, tzinfo=UTC))
    after = events(link)

    assert before[uid] == (MONDAY, MONDAY + 7 * DAY)
    assert after[uid] == (MONDAY + 9 * HOUR, MONDAY + 7 * DAY + 9 * HOUR)
    assert set(after) == set(before)


def test_a_cover_within_a_shift_shortens_it_and_its_removal_restores_it(acme, schedule):
    link = link_of(acme.alice, schedule)
    before = events(link)
    uid = uid_at(link, MONDAY)

    cover = covers(acme, schedule, acme.bob, MONDAY + DAY, MONDAY + 2 * DAY)
    during = events(link)

    assert during[uid] == (MONDAY, MONDAY + DAY)
    # Bob's day, and the rest of the shift; everything else is as it was.
    assert len(during) == len(before) + 2
    others = set(before) - {uid}
    assert {key: during[key] for key in others} == {key: before[key] for key in others}
    overrides.remove(cover, actor=web(acme.alice), at=NOW)
    assert events(link) == before


def test_shifts_of_one_person_on_one_day_are_events_of_their_own(acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    for start in ("06:00", "12:00", "18:00"):
        acme.account.schedule_restrictions.create(
            layer=schedule.layers.get(), kind="daily", start_time=start, duration=HOUR
        )

    found = events(link_of(acme.alice, schedule))

    days = [start.date() for start, _end in found.values()]
    assert days.count(date(2027, 3, 15)) == 3


def test_the_day_of_an_event_is_that_of_the_schedule(acme, schedule):
    zone = ZoneInfo("Pacific/Auckland")
    schedule.time_zone = zone.key
    schedule.save()
    start = datetime(2027, 1, 4, 9, tzinfo=zone)
    schedule.layers.update(rotation_virtual_start=start, starts_at=start)
    link = link_of(acme.alice, schedule)

    # The clocks go back on 4 April; the shift starts at nine on either side of it.
    found = {start for start, _end in events(link).values()}

    for day in (29, 5):
        month = 3 if day == 29 else 4
        nine = datetime(2027, month, day, 9, tzinfo=zone)
        assert nine.astimezone(UTC) in found
        assert f"2027{month:02}{day:02}" in uid_at(link, nine.astimezone(UTC))


def test_a_change_raises_the_sequence(acme, schedule):
    link = link_of(acme.alice, schedule)
    Schedule.across_accounts.update(changed_at=NOW - DAY)
    first = read(link).walk("VEVENT")[0]

    covers(acme, schedule, acme.bob, MONDAY + DAY, MONDAY + 2 * DAY)
    second = read(link).walk("VEVENT")[0]

    assert second["SEQUENCE"] > first["SEQUENCE"]
    assert first["LAST-MODIFIED"].dt == NOW - DAY
    assert second["LAST-MODIFIED"].dt == second["DTSTAMP"].dt == NOW


def test_an_unchanged_calendar_is_not_sent_again(acme, schedule):
    link = link_of(acme.alice, schedule)
    browser = Client()
    first = browser.get(link)

    again = browser.get(link, headers={"If-None-Match": first["ETag"]})
    dated = browser.get(link, headers={"If-Modified-Since": first["Last-Modified"]})
    covers(acme, schedule, acme.bob, MONDAY + DAY, MONDAY + 2 * DAY)
    changed = browser.get(link, headers={"If-None-Match": first["ETag"]})

    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    assert first["Cache-Control"] == "private, max-age=300"
    assert (again.status_code, again.content) == (304, b"")
    assert dated.status_code == 304
    assert changed.status_code == 200


def test_a_calendar_needs_no_session_and_sets_none(acme, schedule):
    answer = Client().get(link_of(acme.alice, schedule))

    assert answer.cookies == {}


def test_whoever_left_is_named_as_a_gap(acme, schedule):
    link = link_of(acme.alice, schedule)
    acme.bob.membership.deactivated_at = NOW
    acme.bob.membership.save()

    titles = {str(event["SUMMARY"]) for event in read(link).walk("VEVENT")}

    assert "Nobody on call: Primary (Bob has left)" in titles


def test_names_cannot_add_lines_of_their_own(acme, schedule):
    schedule.name = "Primary\r\nX-EVIL:1; a, b"
    schedule.save()

    text = Client().get(link_of(acme.alice, schedule)).content

    assert b"\nX-EVIL" not in text
    assert b"X-WR-CALNAME:Primary\\nX-EVIL:1\\; a\\, b\r\n" in text


def test_a_revoked_link_is_not_found(acme, schedule, client):
    link = link_of(acme.alice, schedule)
    client.force_login(acme.alice.user)
    feed = CalendarFeed.across_accounts.get()

    client.post(reverse("calendar_feed_revoke", args=[feed.public_id]))

    assert Client().get(link).status_code == 404


@pytest.mark.parametrize("end", ["left", "suspended", "deleted"])
def test_a_link_ends_with_its_owner_account_or_schedule(acme, schedule, end):
    link = link_of(acme.bob, schedule)
    assert Client().get(link).status_code == 200

    if end == "left":
        acme.bob.membership.deactivated_at = NOW
        acme.bob.membership.save()
    elif end == "suspended":
        acme.account.suspended_at = NOW
        acme.account.save()
    else:
        schedule.delete()

    assert Client().get(link).status_code == 404


def test_a_wrong_link_is_not_found_and_nothing_can_be_posted(acme, schedule):
    link = link_of(acme.alice, schedule)

    assert Client().get("/calendar/nonsense.ics").status_code == 404
    assert Client().get(link.replace(".ics", "x.ics")).status_code == 404
    assert Client().post(link).status_code == 405
    assert Client().post(link)["Allow"] == "GET, HEAD"


def test_a_link_shows_nothing_of_another_account(acme, globex, schedule):
    factories.schedule(globex.account, globex.mallory.membership, name="Theirs")

    titles = {
        str(event["SUMMARY"])
        for event in read(link_of(globex.mallory, None)).walk("VEVENT")
    }

    assert titles == {"On call: Theirs"}
    with tenancy.scope(globex.account):
        assert CalendarFeed.across_accounts.count() == 1


def test_a_schedule_of_another_account_gets_no_link(acme, globex, schedule, client):
    client.force_login(globex.mallory.user)

    answer = client.post(
        reverse("calendar_feed_create"), {"schedule": schedule.public_id}
    )

    assert answer.status_code == 404
    assert not CalendarFeed.across_accounts.exists()


def test_a_link_is_shown_once_and_listed_without_its_secret(acme, schedule, client):
    client.force_login(acme.bob.user)

    made = client.post(
        reverse("calendar_feed_create"), {"schedule": schedule.public_id}
    ).content.decode()
    link = made.split('data-copy="')[1].split('"')[0]
    path = "/calendar/" + link.split("/calendar/")[1]
    listed = client.get(reverse("schedule", args=[schedule.public_id]))

    assert events(path)
    feed = CalendarFeed.across_accounts.get()
    secret = path.removeprefix("/calendar/").removesuffix(".ics")
    assert secret not in feed.digest
    assert f"{feed.prefix}…" in listed.content.decode()
    assert secret not in listed.content.decode()


def test_the_profile_offers_a_link_for_ones_own_shifts(acme, schedule, client):
    client.force_login(acme.bob.user)

    client.post(reverse("calendar_feed_create"))
    page = client.get(reverse("profile")).content.decode()

    feed = CalendarFeed.across_accounts.get()
    assert feed.schedule is None
    assert feed.membership == acme.bob.membership
    assert f"Revoke calendar link {feed.prefix}" in page


def test_somebody_elses_link_cannot_be_revoked(acme, schedule, client):
    link = link_of(acme.alice, schedule)
    feed = CalendarFeed.across_accounts.get()
    client.force_login(acme.bob.user)

    answer = client.post(reverse("calendar_feed_revoke", args=[feed.public_id]))

    assert answer.status_code == 404
    assert Client().get(link).status_code == 200
    with pytest.raises(NotPermitted):
        feeds.revoke(feed, actor=web(acme.bob), at=NOW)


def test_too_many_links_are_refused_in_words(acme, schedule, client):
    for _ in range(feeds.MOST_FEEDS):
        link_of(acme.bob, schedule)
    client.force_login(acme.bob.user)

    page = client.post(reverse("calendar_feed_create"), follow=True).content.decode()

    assert "50 calendar links are the most" in page
    assert CalendarFeed.across_accounts.count() == 50


def test_the_last_reading_is_noted_once_in_a_while_and_not_for_a_head(acme, schedule):
    link = link_of(acme.alice, schedule)
    Client().head(link)
    assert CalendarFeed.across_accounts.get().last_read_at is None

    Client().get(link)
    with time_machine.travel(NOW + timedelta(minutes=9), tick=False):
        Client().get(link)
    assert CalendarFeed.across_accounts.get().last_read_at == NOW
    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        Client().get(link)

    later = NOW + timedelta(minutes=10)
    assert CalendarFeed.across_accounts.get().last_read_at == later
