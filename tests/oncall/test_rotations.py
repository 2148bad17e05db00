"""Schedules are created, changed and deleted, whichever door says so."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from accounts.permissions import Actor, NotPermitted
from oncall import overrides, queries, rotations, schedules, sentences
from oncall.refusals import InUse
from tests import factories
from tests.factories import NOON

MONDAY = datetime(2027, 3, 8, 8, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def by(person: factories.Person) -> Actor:
    return Actor("api", person.membership)


def layer(*people: factories.Person, **fields) -> rotations.Layer:
    return rotations.Layer(
        **{
            "starts_at": MONDAY,
            "rotation_virtual_start": MONDAY,
            "turn_length": timedelta(days=7),
            "people": tuple(person.membership for person in people),
            **fields,
        }
    )


def draft(*layers: rotations.Layer) -> rotations.Draft:
    return rotations.Draft("Primary", "Europe/Berlin", layers)


def create(acme, *layers: rotations.Layer):
    return rotations.create(
        acme.account, actor=by(acme.alice), at=NOON, draft=draft(*layers)
    )


def test_a_schedule_is_what_its_draft_says_and_the_audit_log_names_it(acme):
    window = schedules.Restriction("weekly", time(18), timedelta(hours=62), 5)
    wanted = draft(
        layer(acme.alice, acme.bob, acme.alice),
        layer(acme.bob, name="Nights", restrictions=(window,)),
    )

    schedule = create(acme, *wanted.layers)

    loaded = queries.load(acme.account, [schedule.pk])[schedule.pk]
    planned = rotations.as_schedule(wanted)
    period = (MONDAY, MONDAY + timedelta(days=60))
    assert schedules.final_shifts(loaded, *period) == schedules.final_shifts(
        planned, *period
    )
    assert acme.account.audit_entries.get().action == "created schedule"


def test_layers_that_stay_keep_their_ids_and_the_others_go(acme):
    schedule = create(acme, layer(acme.alice), layer(acme.bob, name="Nights"))
    _, nights = rotations.draft_of(schedule).layers

    rotations.update(
        schedule, actor=by(acme.alice), at=NOON, draft=draft(nights, layer(acme.alice))
    )

    low, high = schedule.layers.all()
    assert (low.public_id, low.name) == (nights.public_id, "Nights")
    assert high.turns.get().membership == acme.alice.membership


def test_a_responder_cannot_change_a_schedule_and_covers_a_shift(acme):
    schedule = create(acme, layer(acme.alice))

    with pytest.raises(NotPermitted):
        rotations.update(schedule, actor=by(acme.bob), at=NOON, draft=draft())
    with pytest.raises(NotPermitted):
        rotations.delete(schedule, actor=by(acme.bob), at=NOON)
    made = overrides.create(
        schedule,
        actor=by(acme.bob),
        at=NOON,
        membership=acme.bob.membership,
        starts_at=NOON,
        ends_at=NOON + timedelta(hours=1),
    )
    found = queries.on_call(acme.account, [schedule.pk], NOON)
    assert found[schedule.pk] == made.membership


@pytest.mark.parametrize(
    "fields",
    [
        {"people": ()},
        {"turn_length": timedelta(minutes=59)},
        {"turn_length": timedelta(days=366)},
        {"ends_at": MONDAY},
    ],
)
def test_a_layer_that_makes_no_sense_is_refused(acme, fields):
    with pytest.raises(ValidationError, match="Layer 1"):
        create(acme, layer(acme.alice, **fields))
    assert not acme.account.schedules.exists()


def test_a_schedule_that_a_policy_pages_is_not_deleted(acme):
    schedule = create(acme, layer(acme.alice))
    policy = factories.policy(acme.account, [schedule], name="Payments")

    with pytest.raises(InUse) as refusal:
        rotations.delete(schedule, actor=by(acme.alice), at=NOON)
    assert refusal.value.users == [policy]

    policy.delete()
    rotations.delete(schedule, actor=by(acme.alice), at=NOON)
    assert not acme.account.schedules.exists()


@pytest.mark.parametrize(
    ("length", "sentence"),
    [
        (
            timedelta(days=7),
            "Weekly, hands over Mondays 09:00 Europe/Berlin: Alice → Bob",
        ),
        (timedelta(days=1), "Daily, hands over at 09:00 Europe/Berlin: Alice → Bob"),
        (
            timedelta(days=14),
            "Every 2 weeks, on Mondays 09:00 Europe/Berlin: Alice → Bob",
        ),
        (
            timedelta(days=3),
            "Every 3 days, hands over at 09:00 Europe/Berlin: Alice → Bob",
        ),
        (timedelta(hours=12), "Every 12 h, counted in elapsed time: Alice → Bob"),
    ],
)
def test_a_rotation_is_a_sentence(acme, length, sentence):
    described = layer(acme.alice, acme.bob, turn_length=length)

    assert sentences.rotation(described, BERLIN) == sentence


def test_a_layer_of_one_person_always_has_that_person(acme):
    assert sentences.rotation(layer(acme.bob, acme.bob), BERLIN) == "Always Bob"


def test_a_window_is_a_phrase(acme):
    daily = schedules.Restriction("daily", time(20), timedelta(hours=12))
    weekend = schedules.Restriction("weekly", time(18), timedelta(hours=62), 5)

    assert sentences.window(daily) == "every day 20:00 to 08:00"
    assert sentences.window(weekend) == "Fridays 18:00 to Mondays 08:00"
