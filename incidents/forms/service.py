"""The forms of services and integrations."""

from datetime import time, timedelta
from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import TimeZoneField
from accounts.models import Account
from incidents import tools
from incidents.models import Integration, Service
from oncall.forms.windows import WEEKDAYS, time_field


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


SUPPORT_HOURS: Final = Service.UrgencyRule.SUPPORT_HOURS.value
# What only counts where the support hours decide.
HOURS: Final = (
    "support_time_zone",
    "support_days",
    "support_start",
    "support_end",
    "urgency_in_hours",
    "urgency_out_of_hours",
    "raise_at_support_start",
)
WORKING_DAYS: Final = [1, 2, 3, 4, 5]
URGENCIES: Final = [
    (Service.UrgencyRule.HIGH.value, _("High")),
    (Service.UrgencyRule.LOW.value, _("Low")),
    (Service.UrgencyRule.SEVERITY.value, _("By severity of the alert")),
]


def _urgency_field(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=URGENCIES)


class ServiceForm(forms.ModelForm[Service]):
    """A service: what can break, and whose policy says who is paged."""

    # Fields that are out of sight must not keep a browser from sending the form.
    use_required_attribute = False

    support_time_zone = TimeZoneField()
    support_days = forms.TypedMultipleChoiceField(
        label=_("Days"),
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    support_start = time_field(_("From"))
    support_end = time_field(_("Until"))
    urgency_in_hours = _urgency_field(_("During support hours"))
    urgency_out_of_hours = _urgency_field(_("Outside of support hours"))
    raise_at_support_start = forms.BooleanField(
        label=_("Make open low-urgency incidents high when support hours begin"),
        required=False,
        help_text=_("Whoever has them is paged then."),
    )
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
            *HOURS,
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
        self._suggest_hours()
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

    @property
    def hours(self) -> list[forms.BoundField]:
        """The fields of the support hours, which stand together on the page."""
        return [self[name] for name in HOURS]

    def clean(self) -> dict[str, Any]:
        """Ask for whole support hours where they decide, and else leave them alone."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("urgency_rule") == SUPPORT_HOURS:
            self._check_hours(cleaned)
            return cleaned
        for name in HOURS:
            self.errors.pop(name, None)
            cleaned[name] = getattr(self.instance, name)
        return cleaned

    def clean_name(self) -> str:
        """Refuse a name that another service of the account has."""
        name: str = self.cleaned_data["name"].strip()
        same = self.account.services.filter(name=name).exclude(pk=self.instance.pk)
        if same.exists():
            raise forms.ValidationError(
                _("Another service has this name; choose a different one.")
            )
        return name

    def _suggest_hours(self) -> None:
        """Begin with office hours in the account's zone."""
        suggested = {
            "support_time_zone": self.account.time_zone,
            "support_days": WORKING_DAYS,
            "support_start": time(9),
            "support_end": time(17),
        }
        for name, value in suggested.items():
            if not self.initial.get(name):
                self.initial[name] = value

    def _check_hours(self, cleaned: dict[str, Any]) -> None:
        is_low = cleaned.get("urgency_in_hours") == Service.UrgencyRule.LOW
        if is_low and cleaned.get("raise_at_support_start"):
            self.add_error(
                "raise_at_support_start",
                _("New incidents are low during support hours, so none can be raised."),
            )

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


class NewIntegrationForm(IntegrationForm):
    """An integration that is to be: what kind of tool it is for, as well."""

    kind = forms.ChoiceField(
        label=_("Kind of tool"),
        required=False,
        help_text=_("How to set it up is on the integration's own page."),
    )

    class Meta(IntegrationForm.Meta):
        fields = ["name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(tool.kind, tool.name) for tool in tools.every()]
        cast(forms.ChoiceField, self.fields["kind"]).choices = kinds

    def clean_kind(self) -> str:
        """Take the Events API where no kind is said."""
        return str(self.cleaned_data["kind"] or tools.EVENTS)


class MappingForm(forms.Form):
    """Where in a tool's payload each field is."""

    items = forms.CharField(
        label=_("List of alerts"),
        required=False,
        max_length=200,
        help_text=_("Where one message has several alerts, such as alerts."),
    )
    summary = forms.CharField(
        label=_("Summary"),
        required=False,
        max_length=500,
        help_text=_("Such as check.name, or {check.name} on {host}."),
    )
    dedup_key = forms.CharField(
        label=_("Dedup key"),
        required=False,
        max_length=500,
        help_text=_(
            "What stays the same from the beginning of a problem to its end. Without"
            " one, the summary."
        ),
    )
    status = forms.CharField(label=_("Status"), required=False, max_length=200)
    resolved = forms.CharField(
        label=_("Resolved, if the status is one of"),
        required=False,
        max_length=500,
        help_text=_("With commas between; empty: ok, resolved, closed and the like."),
    )
    acknowledged = forms.CharField(
        label=_("Acknowledged, if the status is one of"), required=False, max_length=500
    )
    severity = forms.CharField(label=_("Severity"), required=False, max_length=200)
    source = forms.CharField(label=_("Source"), required=False, max_length=500)
    timestamp = forms.CharField(label=_("Time"), required=False, max_length=200)
    link = forms.CharField(label=_("Link"), required=False, max_length=500)

    @property
    def mapping(self) -> dict[str, str]:
        """What was filled in; the form is valid."""
        return {name: said for name, said in self.cleaned_data.items() if said}
