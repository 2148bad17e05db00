"""What a partner's app is called, and where people are sent back to."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from integrations import redirects
from integrations.models import App

MOST_ADDRESSES = 20


class AddressesField(forms.CharField):
    """Exact addresses, one in a line; kept separated by spaces."""

    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "mono"})

    def prepare_value(self, value: Any) -> Any:
        """Show each kept address in a line of its own, and what was typed as typed."""
        if isinstance(value, str) and "\n" not in value:
            return "\n".join(value.split())
        return value

    def clean(self, value: Any) -> str:
        """Refuse what nobody may register; raises ValidationError for each line."""
        lines = list(dict.fromkeys(super().clean(value).split()))
        problems = [found for line in lines if (found := _problem(line))]
        if len(lines) > MOST_ADDRESSES:
            problems.append(
                ValidationError(
                    _("Register at most %(most)d addresses."),
                    params={"most": MOST_ADDRESSES},
                )
            )
        if problems:
            raise ValidationError(problems)
        return " ".join(lines)


class AppForm(forms.ModelForm[App]):
    """An app that sends events."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("As people know the tool. New integrations are named after it."),
    )
    website = forms.URLField(
        label=_("Website"), max_length=200, required=False, assume_scheme="https"
    )
    logo_url = forms.URLField(
        label=_("Address of its logo"),
        max_length=200,
        required=False,
        assume_scheme="https",
        help_text=_("A square picture, served by https."),
    )
    redirect_uris = AddressesField(
        label=_("Redirect addresses, one in a line"),
        help_text=_(
            "Where people go with the new key: the exact address, without parameters."
            " The tool may add parameters; everything else must match letter by"
            " letter. https, or http on localhost."
        ),
    )

    class Meta:
        model = App
        fields = ["name", "description", "website", "logo_url", "redirect_uris"]
        labels = {"description": _("Description")}
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def clean_website(self) -> str:
        """Refuse what a browser would not open as a page."""
        return _web(self.cleaned_data["website"], ("https://", "http://"))

    def clean_logo_url(self) -> str:
        """Refuse a picture that pages may not show."""
        return _web(self.cleaned_data["logo_url"], ("https://",))

    def _post_clean(self) -> None:
        """Leave the app as it is: the verb writes it, and the fields are checked."""

    @property
    def values(self) -> dict[str, Any]:
        """What the app shall be; the form is valid."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


def _problem(address: str) -> ValidationError | None:
    try:
        redirects.check(address)
    except redirects.Unfit as problem:
        params = {"address": address, "problem": problem}
        return ValidationError(_("%(address)s: %(problem)s"), params=params)
    return None


def _web(address: str, schemes: tuple[str, ...]) -> str:
    if address and not address.lower().startswith(schemes):
        raise ValidationError(_("Begin the address with https://"))
    return address
