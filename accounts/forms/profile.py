"""Forms about oneself: preferences, contact methods, rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import channels, contact_methods, handoff_rules, notification_rules
from accounts.forms import fields
from accounts.forms.fields import TimeZoneField
from accounts.models import Account, ContactMethod, HandOffRule, Membership
from accounts.models.contact import Urgency
from accounts.models.handoff import MOST_MINUTES_AHEAD, USUAL_MINUTES_AHEAD


class PreferencesForm(forms.Form):
    """How a person is called, and where they live."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    job_title = forms.CharField(
        label=_("Job title"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    time_zone = TimeZoneField(help_text=_("Pages show their times in this zone."))


class ContactMethodForm(forms.Form):
    """A new address on a channel."""

    kind = forms.ChoiceField(label=_("Kind"))
    address = forms.CharField(
        label=_("Address or number"),
        max_length=254,
        help_text=_("An e-mail address, or a number such as +49 30 1234567."),
    )
    label = forms.CharField(
        label=_("Label"),
        max_length=50,
        required=False,
        help_text=_("Such as: work, private."),
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        fields.offer(
            self, "kind", [(c.kind, c.label) for c in channels.every() if c.is_typed]
        )

    def clean(self) -> dict[str, Any]:
        """Spell the address as it is kept."""
        data: dict[str, Any] = super().clean() or {}
        if "kind" in data and "address" in data:
            try:
                data["address"] = contact_methods.clean_address(
                    self.account, data["kind"], data["address"]
                )
            except forms.ValidationError as error:
                self.add_error("address", error)
        return data


class LabelForm(forms.Form):
    """What a person calls a contact method."""

    label = forms.CharField(label=_("Label"), max_length=50, required=False)


class CodeForm(forms.Form):
    """The code that a person received."""

    code = forms.CharField(
        label=_("Code"),
        max_length=12,
        help_text=_("Six digits. The code works for ten minutes."),
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "size": 8}
        ),
    )


class ContactMethodField(forms.ModelChoiceField[ContactMethod]):
    """One of the person's own contact methods, by kind and address."""

    def label_from_instance(self, method: ContactMethod) -> str:
        """Name it to its owner."""
        return f"{notification_rules.label(method.kind)}: {method.address}"


class RuleForm(forms.Form):
    """After so long, by this contact method."""

    contact_method = ContactMethodField(
        label=_("By"), queryset=ContactMethod.across_accounts.none()
    )
    delay_minutes = forms.IntegerField(
        label=_("After how many minutes"),
        min_value=0,
        max_value=1440,
        initial=0,
        help_text=_("0 is at once."),
    )
    urgency = forms.ChoiceField(widget=forms.HiddenInput, choices=Urgency.choices)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields.offer(self, "contact_method", membership.contact_methods.all())


class HandOffRuleForm(forms.Form):
    """So many hours before a shift starts or ends, by e-mail."""

    hours_ahead = forms.IntegerField(
        label=_("How many hours before"),
        min_value=0,
        max_value=MOST_MINUTES_AHEAD // 60,
        initial=USUAL_MINUTES_AHEAD // 60,
        help_text=_("0 to 48; 0 is at the very moment."),
    )
    when = forms.ChoiceField(label=_("Before what"), choices=HandOffRule.When.choices)
    contact_method = ContactMethodField(
        label=_("By"), queryset=ContactMethod.across_accounts.none(), empty_label=None
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        methods = membership.contact_methods.filter(kind=handoff_rules.KIND)
        fields.offer(self, "contact_method", methods)
