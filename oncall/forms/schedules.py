"""The editor of a schedule: its name and zone, and its layers."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from oncall import rotations
from oncall.forms import choices, layers, rows, times, windows
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

    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)
    takes_effect = forms.ChoiceField(
        label=gettext_lazy("Takes effect"),
        choices=[
            ("now", gettext_lazy("Now")),
            ("later", gettext_lazy("From a chosen time")),
        ],
        help_text=gettext_lazy("What was on call until then stays as it was."),
    )
    effective = times.LocalDateTimeField(label=gettext_lazy("Takes effect from"))

    def __init__(
        self, *args: Any, account: Account, is_new: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"] = choices.team_field(account)
        if is_new:
            # It begins with the start of its layers.
            for name in ("takes_effect", "effective"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or self.cleaned_data
        fields["effective_at"] = None
        if fields.get("takes_effect") != "later":
            # It is not asked for then, so it cannot be wrong.
            self.errors.pop("effective", None)
        elif "effective" in fields and "time_zone" in fields:
            zone = ZoneInfo(fields["time_zone"])
            fields["effective_at"] = times.instant(fields["effective"], zone)
        return fields


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
        self.form = ScheduleForm(
            data, account=account, quiet=quiet, is_new=schedule is None
        )
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

    def note(self, mistake: ValidationError) -> None:
        """Show at its field what saving found wrong."""
        found = mistake.message_dict if hasattr(mistake, "error_dict") else {}
        for name, words in found.items():
            field = {"effective_at": "effective"}.get(name, name)
            self.form.add_error(field if field in self.form.fields else None, words)
        if not found:
            self.form.add_error(None, mistake.messages)

    @property
    def doubts(self) -> list[tuple[str, str]]:
        """What keeps it from being previewed: where, and what is wrong there."""
        found = []
        for form in self:
            problems: ErrorDict = form.errors or form.doubts
            for name, errors in problems.items():
                label = form.fields[name].label if name in form.fields else ""
                # The name is asked for in the end; shifts do not depend on it.
                if form is not self.form or name != "name":
                    found.append((form.title or str(label), str(errors[0])))
        return found

    def draft(self) -> rotations.Draft:
        """Answer what was typed, once it is valid."""
        fields = self.form.cleaned_data
        zone = ZoneInfo(fields["time_zone"])
        return rotations.Draft(
            name=fields.get("name", ""),
            description=fields["description"],
            time_zone=fields["time_zone"],
            team=fields["team"],
            layers=tuple(layer.layer(zone) for layer in self.layers),
        )


def arranged(data: rows.Data, command: str, now: datetime) -> tuple[rows.Data, str]:
    """Answer the data after a button arranged rows, and where to go on.

    Besides the commands of `rows`, `layer/0/hours/office` adds usual windows.
    """
    name, _, rest = command.partition("/")
    place, _, rest = rest.partition("/")
    kind, _, preset = rest.partition("/")
    if (name, kind) != ("layer", "hours") or not place.isdecimal():
        return rows.change(data, command, blanks(data, now))
    found = rows.read(data, "layer")
    if int(place) >= len(found) or preset not in windows.PRESETS:
        return data, ""
    layer = found[int(place)]
    before = rows.read(layer, "restriction")
    added = [windows.row_of(window) for window in windows.PRESETS[preset]]
    found[int(place)] = rows.write(layer, "restriction", before + added)
    focus = f"layer-{place}-restriction-{len(before)}"
    return rows.write(data, "layer", found), focus


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


def data_of(schedule: Schedule, now: datetime) -> rows.Data:
    """Answer what the form of a stored schedule shows."""
    draft = rotations.draft_of(schedule)
    zone = ZoneInfo(draft.time_zone)
    fields: rows.Data = MultiValueDict(
        {
            "name": [draft.name],
            "description": [draft.description],
            "time_zone": [draft.time_zone],
            "team": [draft.team.public_id if draft.team else ""],
            "based_on": [str(schedule.version)],
            "takes_effect": ["now"],
        }
    )
    if schedule.effective_at and schedule.effective_at > now:
        # The rows are what is planned; saving them again keeps its time.
        fields["takes_effect"] = "later"
        fields["effective"] = times.typed(schedule.effective_at, zone)
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
