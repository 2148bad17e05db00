"""Whom to ask for help with an incident, and with which words."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from incidents.forms.verbs import responders


class AskForm(forms.Form):
    """People, policies, and a message."""

    message = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What you need from them; it is in every message."),
    )

    field_order = ["people", "policies", "message"]

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"] = forms.ModelMultipleChoiceField(
            label=_("People"),
            queryset=responders(account),
            to_field_name="public_id",
            required=False,
            widget=forms.SelectMultiple(attrs={"size": 8}),
            help_text=_("Hold Ctrl, or Command, to choose several."),
        )
        self.fields["policies"] = forms.ModelMultipleChoiceField(
            label=_("Escalation policies"),
            queryset=account.escalation_policies.all(),
            to_field_name="public_id",
            required=False,
            widget=forms.SelectMultiple(attrs={"size": 4}),
            help_text=_("Whoever its first level reaches now is asked."),
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """Refuse a request to nobody."""
        cleaned = super().clean() or self.cleaned_data
        chosen = cleaned.get("people"), cleaned.get("policies")
        if not self.errors and not any(chosen):
            self.add_error("people", _("Choose at least one person, or a policy."))
        return cleaned
