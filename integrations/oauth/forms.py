"""What a person chooses when an app asks to act for them."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership


class ConsentForm(forms.Form):
    """The account in which the app may act."""

    account = forms.ChoiceField(
        label=_("Account"),
        widget=forms.RadioSelect,
        help_text=_("The app will see and change nothing of your other accounts."),
    )

    def __init__(self, *args: Any, mine: Sequence[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._mine = {one.account.subdomain: one for one in mine}
        field = self.fields["account"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [
            (name, f"{one.account.name} ({one.get_role_display()})")
            for name, one in self._mine.items()
        ]
        if len(self._mine) == 1:
            field.widget = forms.HiddenInput()

    @property
    def member(self) -> Membership:
        """Who the person is in the chosen account."""
        return self._mine[self.cleaned_data["account"]]
