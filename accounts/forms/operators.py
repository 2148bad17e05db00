"""Forms of the operators' admin: accounts and the people who sign in."""

from django import forms
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import CountriesField
from accounts.models import Account, User


class AccountForm(forms.ModelForm[Account]):
    """What operators change of an account: its name and its limits."""

    allowed_countries = CountriesField(
        label=_("Allowed countries"),
        required=False,
        help_text=_("Codes such as DE AT CH. Empty: numbers of every country."),
    )

    class Meta:
        model = Account
        fields = ("name", "events_per_minute", "allowed_countries")


class SuspensionForm(forms.Form):
    """Asks why."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("Kept in the audit log; people of the account may be told."),
    )


class OperatorUserForm(UserChangeForm):  # type: ignore[type-arg]
    """Changes a user; the password is shown as its algorithm alone."""

    class Meta:
        model = User
        fields = "__all__"

    def clean_email(self) -> str:
        return _lowered(self)


class OperatorUserCreationForm(AdminUserCreationForm):  # type: ignore[type-arg]
    """Makes a user, such as another operator."""

    class Meta:
        model = User
        fields = ("email", "name")

    def clean_email(self) -> str:
        return _lowered(self)


def _lowered(form: forms.BaseForm) -> str:
    # As everywhere: an address is the same in any case.
    return str(form.cleaned_data["email"]).lower()
