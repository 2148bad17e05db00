"""What a status update says, and who else is told of them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account


class UpdateForm(forms.Form):
    """A message, and a subject where the title does not do."""

    message = forms.CharField(
        label=_("Message"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "For people who do not work on it: what is affected, and till when."
        ),
    )
    subject = forms.CharField(
        label=_("Subject"),
        required=False,
        max_length=200,
        help_text=_("Of the e-mail; else the incident's title is."),
    )


class SubscribeForm(forms.Form):
    """People and teams to keep informed."""

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = account.memberships.filter(
            deactivated_at=None, user__is_active=True
        ).select_related("user")
        self.fields["people"] = forms.ModelMultipleChoiceField(
            label=_("People"),
            queryset=members,
            to_field_name="public_id",
            required=False,
            widget=forms.SelectMultiple(attrs={"size": 8}),
            help_text=_("Hold Ctrl, or Command, to choose several."),
        )
        self.fields["teams"] = forms.ModelMultipleChoiceField(
            label=_("Teams"),
            queryset=account.teams.all(),
            to_field_name="public_id",
            required=False,
            widget=forms.SelectMultiple(attrs={"size": 4}),
            help_text=_("Whoever is in the team when an update is posted is told."),
        )

    def clean(self) -> dict[str, Any]:
        """Refuse nobody."""
        cleaned = super().clean() or self.cleaned_data
        chosen = cleaned.get("people"), cleaned.get("teams")
        if not self.errors and not any(chosen):
            self.add_error("people", _("Choose at least one person, or a team."))
        return cleaned
