"""The windows of a layer's editor: the hours or days to which it is restricted."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oncall import schedules
from oncall.forms import rows, times

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
WEEKDAYS = [
    (1, gettext_lazy("Monday")),
    (2, gettext_lazy("Tuesday")),
    (3, gettext_lazy("Wednesday")),
    (4, gettext_lazy("Thursday")),
    (5, gettext_lazy("Friday")),
    (6, gettext_lazy("Saturday")),
    (7, gettext_lazy("Sunday")),
]

HOUR = timedelta(hours=1)
# Windows that many layers have, added by one button.
PRESETS = {
    "office": [
        schedules.Restriction("weekly", time(9), 8 * HOUR, weekday)
        for weekday in range(1, 6)
    ],
    "nights": [schedules.Restriction("daily", time(18), 15 * HOUR)],
    "weekends": [schedules.Restriction("weekly", time(18), 63 * HOUR, 5)],
}


def time_field(label: Any) -> forms.TimeField:
    """Ask for a time of day."""
    return forms.TimeField(
        label=label, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )


def weekday_field(label: Any) -> forms.TypedChoiceField:
    """Ask for a day of the week; it cleans to its ISO number."""
    return forms.TypedChoiceField(label=label, choices=WEEKDAYS, coerce=int)


class RestrictionForm(rows.QuietForm):
    """A window, each day or each week, in which the layer is open."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Open"),
        choices=[
            ("daily", gettext_lazy("Every day")),
            ("weekly", gettext_lazy("Every week")),
        ],
    )
    start_weekday = weekday_field(gettext_lazy("From day"))
    start = time_field(gettext_lazy("From"))
    end_weekday = weekday_field(gettext_lazy("Until day"))
    end = time_field(gettext_lazy("Until"))

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or self.cleaned_data
        if "start" in fields and "end" in fields and not self._duration():
            raise forms.ValidationError(
                _("From and until are the same; remove the window to cover everything.")
            )
        return fields

    def restriction(self) -> schedules.Restriction:
        """Answer the window, once the form is valid."""
        fields = self.cleaned_data
        is_weekly = fields["kind"] == "weekly"
        return schedules.Restriction(
            kind="weekly" if is_weekly else "daily",
            start_time=fields["start"],
            duration=self._duration(),
            weekday=fields["start_weekday"] if is_weekly else None,
        )

    def _duration(self) -> timedelta:
        fields = self.cleaned_data
        length = times.since_midnight(fields["end"]) - times.since_midnight(
            fields["start"]
        )
        if fields.get("kind") != "weekly":
            return length % DAY
        days: int = fields.get("end_weekday", 1) - fields.get("start_weekday", 1)
        return (length + days * DAY) % WEEK


def blank_row() -> rows.Data:
    """Answer what a new window shows."""
    return MultiValueDict(
        {
            "kind": ["daily"],
            "start_weekday": ["1"],
            "start": ["09:00"],
            "end_weekday": ["5"],
            "end": ["17:00"],
        }
    )


def row_of(restriction: schedules.Restriction) -> rows.Data:
    """Answer what the form of a stored window shows."""
    start = times.since_midnight(restriction.start_time)
    end = start + restriction.duration
    weekday = restriction.weekday or 1
    midnight = datetime.combine(times.EPOCH, time())
    return MultiValueDict(
        {
            "kind": [restriction.kind],
            "start_weekday": [str(weekday)],
            "start": [times.typed_time(restriction.start_time)],
            "end_weekday": [str((weekday - 1 + end // DAY) % 7 + 1)],
            "end": [times.typed_time((midnight + end % DAY).time())],
        }
    )
