"""The layers of a schedule's editor: who takes turns, and when they hand over."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oncall import rotations
from oncall.forms import choices, rows, times, windows

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
TURNS = {
    "daily": DAY,
    "weekly": WEEK,
    "two-weeks": 2 * WEEK,
    "four-weeks": 4 * WEEK,
}
# The turns whose hand-off day is asked for.
ON_WEEKDAYS = ("weekly", "two-weeks", "four-weeks")
UNITS = {"hours": timedelta(hours=1), "days": DAY, "weeks": WEEK}


class LayerForm(rows.QuietForm):
    """People who take turns, and when they hand over."""

    public_id = forms.CharField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        label=gettext_lazy("Name of the layer"), max_length=255, required=False
    )
    rotation = forms.ChoiceField(
        label=gettext_lazy("Turns"),
        choices=[
            ("daily", gettext_lazy("Daily")),
            ("weekly", gettext_lazy("Weekly")),
            ("two-weeks", gettext_lazy("Every two weeks")),
            ("four-weeks", gettext_lazy("Every four weeks")),
            ("custom", gettext_lazy("Custom length")),
        ],
    )
    length = forms.DecimalField(label=gettext_lazy("Length of a turn"), min_value=0)
    unit = forms.ChoiceField(
        label=gettext_lazy("Counted in"),
        choices=[
            ("hours", gettext_lazy("hours")),
            ("days", gettext_lazy("days")),
            ("weeks", gettext_lazy("weeks")),
        ],
    )
    handoff_weekday = windows.weekday_field(gettext_lazy("Hand-off day"))
    handoff = windows.time_field(gettext_lazy("Hand-off time"))
    starts = times.LocalDateTimeField(label=gettext_lazy("Starts"))
    ends = times.LocalDateTimeField(label=gettext_lazy("Ends"), required=False)

    def __init__(
        self,
        data: rows.Data,
        *,
        number: int,
        picker: choices.Picker,
        stored: tuple[rotations.Layer, ZoneInfo] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.title = _("Layer %(number)d") % {"number": number}
        self.picker = picker
        # The layer in words, once somebody has found them.
        self.described: object = None
        self.stored = stored
        self.fields["people"] = choices.PickedField(
            picker, once=False, label=_("People, in the order of their turns")
        )
        name = f"{self.prefix}-restriction"
        self.restrictions = [
            windows.RestrictionForm(data, prefix=f"{name}-{index}", quiet=self.quiet)
            for index in range(len(rows.read(data, name)))
        ]
        for place, form in enumerate(self.restrictions, start=1):
            form.title = _("%(layer)s, window %(number)d") % {
                "layer": self.title,
                "number": place,
            }

    @property
    def boxes(self) -> list[SafeString]:
        label = _("%(layer)s, person") % {"layer": self.title}
        bound = self["people"]
        return self.picker.boxes(bound.html_name, bound.value() or [], label)

    def clean_people(self) -> list[Any]:
        people: list[Any] = self.cleaned_data["people"]
        if not people:
            raise forms.ValidationError(_("Choose at least one person."))
        return people

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or self.cleaned_data
        if fields.get("rotation") in TURNS:
            # The length is not asked for then, so it cannot be wrong.
            self.errors.pop("length", None)
        elif {"rotation", "length", "unit"} <= fields.keys() and (
            problem := rotations.turn_problem(self._turn_length())
        ):
            self.add_error("length", problem)
        starts, ends = fields.get("starts"), fields.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The end must be after the start."))
        return fields

    def layer(self, zone: ZoneInfo) -> rotations.Layer:
        """Answer the layer, once the form and its windows are valid."""
        fields = self.cleaned_data
        return rotations.Layer(
            public_id=fields["public_id"],
            name=fields["name"],
            starts_at=self._starts_at(zone),
            ends_at=self._ends_at(zone),
            rotation_virtual_start=self._virtual_start(zone),
            turn_length=self._turn_length(),
            people=tuple(fields["people"]),
            restrictions=tuple(form.restriction() for form in self.restrictions),
        )

    def _is_kept(self, *names: str) -> bool:
        """Whether nothing but what is stored was typed; it may be finer than typing."""
        if self.stored is None:
            return False
        before = row_of(*self.stored)
        return all(
            self.data.get(self.add_prefix(name), "") == before.get(name, "")
            for name in names
        )

    def _starts_at(self, zone: ZoneInfo) -> datetime:
        if self.stored and self.stored[1] == zone and self._is_kept("starts"):
            return self.stored[0].starts_at
        return times.instant(self.cleaned_data["starts"], zone)

    def _ends_at(self, zone: ZoneInfo) -> datetime | None:
        if self.stored and self.stored[1] == zone and self._is_kept("ends"):
            return self.stored[0].ends_at
        ends: datetime | None = self.cleaned_data["ends"]
        return times.instant(ends, zone) if ends else None

    def _turn_length(self) -> timedelta:
        fields = self.cleaned_data
        if self.stored and self._is_kept("rotation", "length", "unit"):
            return self.stored[0].turn_length
        if fields["rotation"] in TURNS:
            return TURNS[fields["rotation"]]
        unit = UNITS[fields["unit"]]
        seconds = float(fields["length"]) * unit.total_seconds()
        return timedelta(seconds=round(min(seconds, WEEK.total_seconds() * 520)))

    def _virtual_start(self, zone: ZoneInfo) -> datetime:
        """When a turn of the first person begins.

        A stored rotation keeps its rhythm: only the time and the day of its hand-offs
        move. A new one begins with the first person at its start.
        """
        handoff = ("rotation", "handoff_weekday", "handoff")
        if self.stored and self.stored[1] == zone and self._is_kept(*handoff):
            return self.stored[0].rotation_virtual_start
        if self.stored:
            anchor = times.local(self.stored[0].rotation_virtual_start, self.stored[1])
            return times.instant(self._handoff_near(anchor), zone)
        return self._last_handoff(zone)

    def _handoff_near(self, anchor: datetime) -> datetime:
        fields = self.cleaned_data
        near = datetime.combine(anchor.date(), fields["handoff"])
        if fields["rotation"] not in ON_WEEKDAYS:
            return near
        weekday: int = fields["handoff_weekday"]
        return near + (weekday - near.isoweekday()) * DAY

    def _last_handoff(self, zone: ZoneInfo) -> datetime:
        """The last hand-off up to the start, so that the first person is first."""
        starts: datetime = self.cleaned_data["starts"]
        last = self._handoff_near(starts)
        if last > starts:
            last -= WEEK if self.cleaned_data["rotation"] in ON_WEEKDAYS else DAY
        length = self._turn_length()
        begun, start = times.instant(last, zone), times.instant(starts, zone)
        # Turns of some hours may have passed since then: the first person's is next.
        return (
            begun
            if length % DAY == timedelta()
            else (begun + (start - begun) // length * length)
        )


def blank_layer(now: datetime, zone: ZoneInfo) -> rows.Data:
    """Answer what a new layer shows: turns of a week, from this hour on."""
    starts = times.local(now, zone).replace(minute=0, second=0)
    return MultiValueDict(
        {
            "people": [""],
            "rotation": ["weekly"],
            "length": ["12"],
            "unit": ["hours"],
            "handoff_weekday": ["1"],
            "handoff": ["09:00"],
            "starts": [starts.isoformat(timespec="minutes")],
        }
    )


def row_of(layer: rotations.Layer, zone: ZoneInfo) -> rows.Data:
    """Answer what the form of a stored layer shows."""
    handoff = times.local(layer.rotation_virtual_start, zone)
    known = {length: name for name, length in TURNS.items()}
    whole = (name for name in ("weeks", "days") if not layer.turn_length % UNITS[name])
    unit = next(whole, "hours")
    row: rows.Data = MultiValueDict(
        {
            "public_id": [layer.public_id],
            "name": [layer.name],
            "people": [member.public_id for member in layer.people],
            "rotation": [known.get(layer.turn_length, "custom")],
            "length": [f"{layer.turn_length / UNITS[unit]:g}"],
            "unit": [unit],
            "handoff_weekday": [str(handoff.isoweekday())],
            "handoff": [times.typed_time(handoff.time())],
            "starts": [times.typed(layer.starts_at, zone)],
            "ends": [times.typed(layer.ends_at, zone)],
        }
    )
    return rows.write(
        row, "restriction", [windows.row_of(r) for r in layer.restrictions]
    )
