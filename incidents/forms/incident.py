"""The form that opens an incident by hand."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from accounts.models.contact import Urgency
from incidents.forms.verbs import responders


class IncidentForm(forms.Form):
    """What is broken, and where; the service says who is paged."""

    title = forms.CharField(
        label=_("Title"),
        max_length=1024,
        help_text=_("What is broken, as the page and the text message say it."),
    )
    urgency = forms.ChoiceField(
        label=_("Urgency"),
        choices=[("", _("As the service says")), *Urgency.choices],
        required=False,
    )
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=65_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    field_order = ["title", "service", "urgency", "assignee", "description"]

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"] = forms.ModelChoiceField(
            label=_("Service"),
            queryset=account.services.filter(disabled_at=None),
            to_field_name="public_id",
            empty_label=_("Choose a service"),
        )
        self.fields["assignee"] = forms.ModelChoiceField(
            label=_("Assign to"),
            queryset=responders(account),
            to_field_name="public_id",
            required=False,
            empty_label=_("Whoever the escalation policy says"),
            help_text=_("A person named here is paged instead of the policy."),
        )
        self.order_fields(self.field_order)
