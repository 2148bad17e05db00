"""Forms about the account itself."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import CountriesField, CountryField, TimeZoneField
from accounts.models import Account


class AccountSettingsForm(forms.ModelForm[Account]):
    """What the account is called and where it is."""

    time_zone = TimeZoneField(help_text=_("New schedules and members start with it."))
    country = CountryField()

    allowed_countries = CountriesField(
        label=_("Countries that are texted and called"),
        required=False,
        help_text=_(
            "Codes such as DE AT CH. Numbers of other countries are refused, because"
            " texts and calls to them cost money. Empty: the first number decides."
        ),
    )

    class Meta:
        model = Account
        fields = ["name", "time_zone", "country", "allowed_countries"]

    def clean(self) -> dict[str, Any]:
        """Begin with the account's own country where no other is named."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("country") and data.get("allowed_countries") == []:
            data["allowed_countries"] = [data["country"]]
        return data


class ApiKeyForm(forms.Form):
    """A new API key."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("What it is for, such as: Terraform."),
    )
    is_read_only = forms.BooleanField(
        label=_("Read-only: it sees everything and changes nothing"), required=False
    )
