"""Forms about the account itself."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import CountryField, TimeZoneField
from accounts.models import Account


class AccountSettingsForm(forms.ModelForm[Account]):
    """What the account is called and where it is."""

    time_zone = TimeZoneField(help_text=_("New schedules and members start with it."))
    country = CountryField()

    class Meta:
        model = Account
        fields = ["name", "time_zone", "country"]


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
