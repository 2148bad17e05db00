"""Fields that several forms of this app have."""

import zoneinfo
from functools import lru_cache
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from phonenumbers import SUPPORTED_REGIONS as REGIONS


@lru_cache(maxsize=1)
def time_zones() -> list[tuple[str, str]]:
    """List the zones that people live in, UTC first."""
    names = {
        name
        for name in zoneinfo.available_timezones()
        if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/"))
    }
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in sorted(names))]


def offer(form: forms.BaseForm, name: str, options: Any) -> None:
    """Say what a field of a form may be: pairs of value and label, or rows."""
    attribute = "queryset" if hasattr(form.fields[name], "queryset") else "choices"
    setattr(form.fields[name], attribute, options)


class TimeZoneField(forms.ChoiceField):
    """A zone of the database; on new forms a script chooses the browser's."""

    def __init__(self, *, guess: bool = False, **options: Any) -> None:
        attributes = {"data-guess-zone": ""} if guess else {}
        options.setdefault("label", _("Time zone"))
        super().__init__(
            choices=time_zones, widget=forms.Select(attrs=attributes), **options
        )


class CountryField(forms.CharField):
    """A country as two letters; empty where it does not matter."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Country"))
        options.setdefault(
            "help_text",
            _(
                "Two letters, such as DE or US. Phone numbers without a country code"
                " are read as numbers of this country."
            ),
        )
        super().__init__(
            required=False,
            min_length=2,
            max_length=2,
            widget=forms.TextInput(attrs={"autocomplete": "country", "size": 4}),
            **options,
        )

    def clean(self, value: Any) -> str:
        """Spell the country in upper case. Raises ValidationError."""
        code = super().clean(value).upper()
        if code and code not in REGIONS:
            raise forms.ValidationError(_("There is no country with this code."))
        return str(code)


class CountriesField(forms.CharField):
    """ISO codes with spaces between them; kept as a list."""

    def prepare_value(self, value: Any) -> Any:
        return " ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        codes = sorted(set((value or "").upper().replace(",", " ").split()))
        if strange := [code for code in codes if code not in REGIONS]:
            raise forms.ValidationError(_("Not a country: %s") % " ".join(strange))
        return codes
