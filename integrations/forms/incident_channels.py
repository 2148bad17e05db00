"""For which incidents a channel is opened by itself, and what kind of channel."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import offer
from accounts.models import Account
from accounts.models.contact import Urgency
from integrations.slack.channels.incident_channels import Option


class OptionForm(forms.Form):
    """When an extension opens channels of incidents."""

    is_on = forms.BooleanField(
        label=_("Open a channel for incidents by itself"), required=False
    )
    urgency = forms.ChoiceField(
        label=_("Urgency"),
        choices=[("", _("Any")), *Urgency.choices],
        required=False,
    )
    priorities = forms.MultipleChoiceField(
        label=_("Priorities"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None ticked: incidents of any priority, and without."),
    )
    is_private = forms.BooleanField(
        label=_("Private: only who is invited sees it"), required=False
    )
    archives = forms.BooleanField(
        label=_("Archive the channel once the incident is resolved"), required=False
    )

    def __init__(
        self, *args: Any, account: Account, option: Option, **kwargs: Any
    ) -> None:
        initial = {
            "is_on": option.is_on,
            "urgency": option.urgency,
            "priorities": list(option.priorities),
            "is_private": option.is_private,
            "archives": option.archives,
        }
        super().__init__(*args, **{**kwargs, "initial": initial})
        named = account.priorities.values_list("public_id", "name")
        offer(self, "priorities", list(named))

    def option(self) -> Option:
        """What was chosen; the form is valid."""
        data = self.cleaned_data
        return Option(
            is_on=data["is_on"],
            urgency=data["urgency"],
            priorities=tuple(data["priorities"]),
            is_private=data["is_private"],
            archives=data["archives"],
        )
