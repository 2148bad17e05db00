"""The form of a schedule: making, changing, and its live preview."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from tests import factories
from tests.oncall.pages import NEW, press, typed, weekly
from tests.oncall.running import page, shown


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
