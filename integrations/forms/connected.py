"""What shall become of an app's integrations when its access ends."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

KEEP, DISABLE = "keep", "disable"


class EndAccessForm(forms.Form):
    """Asks, where there are integrations; nothing is chosen for the person."""

    integrations = forms.ChoiceField(
        label=_("Its integrations"),
        choices=[
            (KEEP, _("Keep them: events that it sends go on opening incidents")),
            (DISABLE, _("Disable them: its events open nothing and page nobody")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, has_integrations: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_integrations:
            del self.fields["integrations"]

    @property
    def keeps_integrations(self) -> bool:
        """Whether the integrations go on; the form is valid."""
        return bool(self.cleaned_data.get("integrations", KEEP) == KEEP)
