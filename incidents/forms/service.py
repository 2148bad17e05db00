"""The forms of services and integrations."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from incidents.models import Integration, Service


class MinutesField(forms.IntegerField):
    """A length of time, typed in minutes; nothing typed switches it off."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=43_200, required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show a stored length in minutes."""
        if isinstance(value, timedelta):
            return value // timedelta(minutes=1)
        return value

    def clean(self, value: Any) -> Any:
        """Return a timedelta, or None."""
        minutes = super().clean(value)
        return None if minutes is None else timedelta(minutes=minutes)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare minutes with minutes."""
        return super().has_changed(self.prepare_value(initial), data)


class ServiceForm(forms.ModelForm[Service]):
    """A service: what can break, and whose policy says who is paged."""

    acknowledgement_timeout = MinutesField(
        label=_("Acknowledgement timeout, in minutes"),
        help_text=_(
            "An acknowledged incident pages again after this long. Empty: never."
        ),
    )
    auto_resolve_timeout = MinutesField(
        label=_("Auto-resolve, in minutes"),
        help_text=_("An incident left open ends by itself after this. Empty: never."),
    )

    class Meta:
        model = Service
        fields = [
            "name",
            "description",
            "escalation_policy",
            "team",
            "urgency_rule",
            "acknowledgement_timeout",
            "auto_resolve_timeout",
            "runbook_url",
        ]
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        labels = {
            "name": _("Name"),
            "description": _("Description"),
            "team": _("Team"),
            "urgency_rule": _("Urgency of its incidents"),
            "runbook_url": _("Runbook, a web address"),
        }

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        self.fields["escalation_policy"] = forms.ModelChoiceField(
            label=_("Escalation policy"),
            queryset=account.escalation_policies.all(),
            to_field_name="public_id",
            empty_label=None,
            help_text=_("Who is paged when an incident opens."),
        )
        self.fields["team"] = forms.ModelChoiceField(
            label=_("Team"),
            queryset=account.teams.all(),
            to_field_name="public_id",
            required=False,
            empty_label=_("No team"),
        )

    def clean_name(self) -> str:
        """Refuse a name that another service of the account has."""
        name: str = self.cleaned_data["name"].strip()
        same = self.account.services.filter(name=name).exclude(pk=self.instance.pk)
        if same.exists():
            raise forms.ValidationError(
                _("Another service has this name; choose a different one.")
            )
        return name

    @property
    def values(self) -> dict[str, Any]:
        """What the service shall be; the form is valid."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class IntegrationForm(forms.ModelForm[Integration]):
    """An integration: a key for one tool."""

    class Meta:
        model = Integration
        fields = ["name"]
        labels = {"name": _("Name of the tool")}
