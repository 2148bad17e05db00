"""What a schedule would be after a change that nobody has saved."""

from dataclasses import replace
from datetime import datetime

from oncall import rotations, schedules, snapshots
from oncall.models import Schedule


def changed(
    saved: schedules.Schedule,
    schedule: Schedule,
    draft: rotations.Draft,
    effective_at: datetime,
) -> schedules.Schedule:
    """Put a draft into the place of the layers that there are, from an instant on.

    What is before it, and the overrides, will stay. Takes one query.
    """
    ids = dict(schedule.layers.values_list("public_id", "pk"))
    before = snapshots.clipped(saved.layers, None, effective_at)
    planned = [
        replace(rotations.as_layer(layer), id=ids.get(layer.public_id))
        for layer in draft.layers
    ]
    after = rotations.as_schedule(draft, saved.overrides)
    return replace(
        after,
        layers=(
            # The clock that they went by may not be the new one.
            *(replace(layer, zone=layer.zone or saved.zone) for layer in before),
            *snapshots.clipped(planned, effective_at, None),
        ),
    )


def overridden(
    saved: schedules.Schedule, override: schedules.Override
) -> schedules.Schedule:
    """Put an override on top of those that there are."""
    return replace(saved, overrides=(*saved.overrides, override))
