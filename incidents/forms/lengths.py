"""Lengths of time in forms: a number and its unit."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Unit = tuple[int, str | Promise]

SECONDS: Final[Unit] = (1, _("seconds"))
MINUTES: Final[Unit] = (60, _("minutes"))
HOURS: Final[Unit] = (3600, _("hours"))
DAYS: Final[Unit] = (86_400, _("days"))


class LengthWidget(forms.MultiWidget):
    """A number beside the choice of its unit."""

    template_name = "forms/length.html"

    def __init__(self, units: Sequence[Unit]) -> None:
        self.units = [size for size, _name in units]
        number = forms.NumberInput(attrs={"min": 0, "aria-label": _("Number")})
        unit = forms.Select(choices=units, attrs={"aria-label": _("Unit")})
        super().__init__([number, unit])

    def decompress(self, value: timedelta | None) -> list[Any]:
        """Show a length in the largest unit that says it exactly."""
        if value is None:
            return [None, self.units[0]]
        seconds = int(value.total_seconds())
        exact = [size for size in self.units if seconds % size == 0]
        size = max(exact, default=self.units[0]) if seconds else self.units[0]
        return [seconds // size, size]


class LengthField(forms.MultiValueField):
    """A length of time between two others; nothing typed is None, where it may be."""

    def __init__(
        self,
        *,
        units: Sequence[Unit],
        shortest: timedelta,
        longest: timedelta,
        between: Any,
        **kwargs: Any,
    ) -> None:
        self.shortest, self.longest, self.between = shortest, longest, between
        fields = (
            forms.IntegerField(min_value=0, max_value=10**7, required=False),
            forms.TypedChoiceField(choices=units, coerce=int, required=False),
        )
        super().__init__(
            fields, widget=LengthWidget(units), require_all_fields=False, **kwargs
        )

    def compress(self, data_list: Sequence[Any]) -> timedelta | None:
        """Return the length; raises ValidationError for one that is out of bounds."""
        number, unit = [*data_list, None, None][:2]
        if number is None:
            if self.required:
                raise forms.ValidationError(self.error_messages["required"], "required")
            return None
        length = timedelta(seconds=number * (unit or 1))
        if not self.shortest <= length <= self.longest:
            raise forms.ValidationError(self.between, "between")
        return length
