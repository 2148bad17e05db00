"""What a partner's app is called, and where people are sent back to."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from integrations import redirects
from integrations.models import App
from integrations.oauth import scopes

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


def scope_choices() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """List every scope by its name and in words, those that only read first."""
    named = [
        (name, _("%(name)s: %(words)s") % {"name": name, "words": words})
        for name, words in scopes.SCOPED.items()
    ]
    reading = [(name, words) for name, words in named if name.endswith(".read")]
    return [
        (_("Read"), reading),
        (_("Change"), [each for each in named if each not in reading]),
    ]


class AppForm(forms.ModelForm[App]):
    """An app: what it is called, and which of the two things it does."""

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
        required=False,
        help_text=_(
            "Where people go back to: the exact address, without parameters. In the"
            " connect flow the tool may add parameters; everything else must match"
            " letter by letter. https, or http on localhost."
        ),
    )
    has_events = forms.BooleanField(
        label=_("Sends events"),
        required=False,
        initial=True,
        help_text=_("Has a button with which people connect it to their services."),
    )
    kind = forms.ChoiceField(
        label=_("OAuth"),
        required=False,
        choices=[
            ("", _("None: it only sends events")),
            (
                App.Kind.SCOPED,
                _("Scoped: it may do what the scopes that you choose here name"),
            ),
            (
                App.Kind.CLASSIC,
                _("Classic: it may read, or read and change, what its user may"),
            ),
        ],
        widget=forms.RadioSelect,
    )
    is_public = forms.BooleanField(
        label=_("It cannot keep a secret"),
        required=False,
        help_text=_(
            "Only for Classic: an app in people's browsers or on their phones has no"
            " secret and proves itself by PKCE."
        ),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        required=False,
        choices=scope_choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only for Scoped. Choose no more than it needs."),
    )

    class Meta:
        model = App
        fields = [
            "name",
            "description",
            "website",
            "logo_url",
            "has_events",
            "kind",
            "redirect_uris",
        ]
        labels = {"description": _("Description")}
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["is_public"] = self.instance.is_public_client
        self.initial["scopes"] = self.instance.scopes.split()

    def clean(self) -> dict[str, Any]:
        """Refuse an app that does nothing, and what does not fit its OAuth."""
        values: dict[str, Any] = super().clean() or {}
        kind = values.get("kind")
        if not kind and not values.get("has_events"):
            self.add_error("has_events", _("Choose what the app does: this, or OAuth."))
        if kind == App.Kind.SCOPED and not values.get("scopes"):
            self.add_error("scopes", _("Choose at least one scope."))
        if kind == App.Kind.SCOPED and values.get("is_public"):
            self.add_error("is_public", _("A scoped app needs a secret."))
        if self._goes_back(values) and values.get("redirect_uris") == "":
            self.add_error("redirect_uris", _("Give at least one address."))
        return values

    def clean_website(self) -> str:
        """Refuse what a browser would not open as a page."""
        return _web(self.cleaned_data["website"], ("https://", "http://"))

    def clean_logo_url(self) -> str:
        """Refuse a picture that pages may not show."""
        return _web(self.cleaned_data["logo_url"], ("https://",))

    def _post_clean(self) -> None:
        """Leave the app as it is: the verb writes it, and the fields are checked."""

    @property
    def shows_scopes(self) -> bool:
        """Whether the list of scopes is to be open at once."""
        return self["kind"].value() == App.Kind.SCOPED or "scopes" in self.errors

    @property
    def values(self) -> dict[str, Any]:
        """What the app shall be; the form is valid."""
        data = self.cleaned_data
        is_public = data["is_public"] and data["kind"] == App.Kind.CLASSIC
        chosen = data["scopes"] if data["kind"] == App.Kind.SCOPED else []
        return {name: data[name] for name in self.Meta.fields} | {
            "client_type": App.CLIENT_PUBLIC if is_public else App.CLIENT_CONFIDENTIAL,
            "scopes": " ".join(chosen),
        }

    def _goes_back(self, values: dict[str, Any]) -> bool:
        """Whether people come back to it: one that acts for itself needs no address."""
        return bool(values.get("has_events")) or values.get("kind") == App.Kind.CLASSIC


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
