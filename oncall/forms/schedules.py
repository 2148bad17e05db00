"""The editor of a schedule: its name and zone, and its layers."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from oncall import rotations
from oncall.forms import choices, layers, rows, windows
from oncall.models import Schedule

MOST_LAYERS = 20


class ScheduleForm(rows.QuietForm):
    """What a schedule is called, and in which zone its times are."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=255)
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=choices.zones,
        help_text=gettext_lazy(
            "All times below are in this zone; hand-offs stay at their time of day "
            "when the clocks change."
        ),
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"] = choices.team_field(account)


class ScheduleEditor:
    """A schedule's form and its layers, from what was typed or from what is stored."""

    def __init__(
        self,
        account: Account,
        data: rows.Data,
        *,
        schedule: Schedule | None = None,
        quiet: bool = False,
        focus: str = "",
    ) -> None:
        data = _tidy(data)
        picker = choices.person_picker(account)
        stored = _stored(schedule)
        self.quiet = quiet
        self.focus = focus
        self.form = ScheduleForm(data, account=account, quiet=quiet)
        self.layers = [
            layers.LayerForm(
                data,
                prefix=f"layer-{index}",
                number=index + 1,
                picker=picker,
                stored=stored.get(row.get("public_id", "")),
                quiet=quiet,
            )
            for index, row in enumerate(rows.read(data, "layer"))
        ]

    def __iter__(self) -> Iterator[rows.QuietForm]:
        """Walk through the forms of the editor, to list their problems."""
        yield self.form
        for layer in self.layers:
            yield layer
            yield from layer.restrictions

    def is_valid(self) -> bool:
        """Say whether it can be saved; this will note on the form what is wrong."""
        if len(self.layers) > MOST_LAYERS:
            most = {"most": MOST_LAYERS}
            self.form.add_error(
                None, _("A schedule has at most %(most)d layers.") % most
            )
        problems = [form.errors for form in self]
        return not any(problems)

    @property
    def has_problems(self) -> bool:
        return any(form.errors for form in self)

    def is_complete(self) -> bool:
        """Say whether somebody is done with the rows, and what was typed is valid."""
        return not self.quiet and self.is_valid()

    def draft(self) -> rotations.Draft:
        """Answer what was typed, once it is valid."""
        fields = self.form.cleaned_data
        zone = ZoneInfo(fields["time_zone"])
        return rotations.Draft(
            name=fields["name"],
            description=fields["description"],
            time_zone=fields["time_zone"],
            team=fields["team"],
            layers=tuple(layer.layer(zone) for layer in self.layers),
        )


def blanks(data: rows.Data, now: datetime) -> dict[str, rows.Data | str]:
    """Answer what new rows show in the zone that was chosen."""
    name = data.get("time_zone")
    zone = ZoneInfo(name if name in available_timezones() else "UTC")
    return {
        "layer": layers.blank_layer(now, zone),
        "restriction": windows.blank_row(),
        "people": "",
    }


def new_data(account: Account, now: datetime) -> rows.Data:
    """Answer what the form of a new schedule shows."""
    fields: rows.Data = MultiValueDict({"time_zone": [account.time_zone]})
    layer = layers.blank_layer(now, ZoneInfo(account.time_zone))
    return rows.write(fields, "layer", [layer])


def data_of(schedule: Schedule) -> rows.Data:
    """Answer what the form of a stored schedule shows."""
    draft = rotations.draft_of(schedule)
    zone = ZoneInfo(draft.time_zone)
    fields: rows.Data = MultiValueDict(
        {
            "name": [draft.name],
            "description": [draft.description],
            "time_zone": [draft.time_zone],
            "team": [draft.team.public_id if draft.team else ""],
        }
    )
    stored = [layers.row_of(layer, zone) for layer in draft.layers]
    return rows.write(fields, "layer", stored)


def _tidy(data: rows.Data) -> rows.Data:
    found = [rows.tidy(row, "restriction") for row in rows.read(data, "layer")]
    return rows.write(data, "layer", found)


def _stored(schedule: Schedule | None) -> dict[str, tuple[rotations.Layer, ZoneInfo]]:
    if schedule is None:
        return {}
    draft = rotations.draft_of(schedule)
    zone = ZoneInfo(draft.time_zone)
    return {layer.public_id: (layer, zone) for layer in draft.layers}
