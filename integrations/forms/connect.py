"""Which service a partner's events belong to: one that exists, or a new one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from integrations import connect

# The answer travels in an address, which servers take up to a length.
MOST_SERVICES = 20


class ConnectForm(forms.Form):
    """Asks for one service, or for several, as the partner's dialect has it."""

    token = forms.CharField(
        widget=forms.HiddenInput, max_length=connect.LONGEST_TOKEN, min_length=16
    )
    name = forms.CharField(
        label=_("Name of the new service"),
        max_length=255,
        required=False,
        help_text=_("What can break, such as Checkout or the data centre in Berlin."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(
        self, *args: Any, account: Account, takes_several: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.takes_several = takes_several
        self.fields["services" if takes_several else "service"] = _choice(
            account, takes_several=takes_several
        )
        self.fields["policy"] = forms.ModelChoiceField(
            label=_("Its escalation policy"),
            queryset=account.escalation_policies.all(),
            to_field_name="public_id",
            required=False,
            empty_label=None,
            help_text=_("Who is paged when it breaks. Only for a new service."),
        )
        self.order_fields(["token", "services", "service", "name", "policy"])

    def clean(self) -> dict[str, Any]:
        """Ask for something to connect, and for one thing where one is wanted."""
        values: dict[str, Any] = super().clean() or {}
        if self.errors:
            return values
        count = len(self._existing) + bool(values["name"])
        if not count:
            self.add_error(None, _("Choose a service, or name a new one."))
        elif count > 1 and not self.takes_several:
            self.add_error(
                "name", _("Choose a service above or name a new one, not both.")
            )
        elif count > MOST_SERVICES:
            self.add_error(
                "services",
                _("Connect at most %d services at a time.") % MOST_SERVICES,
            )
        if values.get("name") and values.get("policy") is None:
            self.add_error("policy", _("Choose who is paged by the new service."))
        return values

    @property
    def choice(self) -> connect.Choice:
        """What the person chose; the form is valid."""
        return connect.Choice(
            services=self._existing,
            name=self.cleaned_data["name"],
            policy=self.cleaned_data["policy"],
        )

    @property
    def _existing(self) -> list[Any]:
        if self.takes_several:
            return list(self.cleaned_data["services"])
        service = self.cleaned_data["service"]
        return [service] if service else []


def _choice(account: Account, *, takes_several: bool) -> forms.Field:
    services = account.services.filter(disabled_at=None)
    if takes_several:
        return forms.ModelMultipleChoiceField(
            label=_("Services"),
            queryset=services,
            to_field_name="public_id",
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
    return forms.ModelChoiceField(
        label=_("Service"),
        queryset=services,
        to_field_name="public_id",
        required=False,
        empty_label=_("None of these: create a new one"),
    )
