"""The form by which operators register a partner's app."""

from django import forms
from django.utils.translation import gettext_lazy as _

from integrations import redirects
from integrations.models import App
from integrations.oauth import scopes


class AppForm(forms.ModelForm[App]):
    """Name, logo, website, and the exact addresses to return to."""

    class Meta:
        model = App
        fields = (
            "name",
            "account",
            "description",
            "website",
            "logo_url",
            "redirect_uris",
            "client_type",
            "authorization_grant_type",
            "has_events",
            "kind",
            "scopes",
            "is_verified",
            "disabled_at",
        )
        help_texts = {
            "account": _("Empty: public, every account may connect it."),
            "redirect_uris": _("One exact address per line; parameters may be added."),
            "scopes": _("Of a scoped app: names of scopes, separated by spaces."),
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name in ("name", "redirect_uris"):
            if name in self.fields:
                self.fields[name].required = True
        if self.instance.pk is None:
            self.initial.setdefault("client_type", App.CLIENT_CONFIDENTIAL)
            self.initial.setdefault(
                "authorization_grant_type", App.GRANT_AUTHORIZATION_CODE
            )
        addresses = self.initial.get("redirect_uris", "")
        self.initial["redirect_uris"] = "\n".join(addresses.split())

    def clean_scopes(self) -> str:
        """Refuse a name that no scope has."""
        names = list(dict.fromkeys(self.cleaned_data["scopes"].split()))
        for name in names:
            if name not in scopes.SCOPED:
                self.add_error("scopes", _("There is no scope %s.") % name)
        return " ".join(names)

    def clean_redirect_uris(self) -> str:
        """Refuse an address that the connect flow would not return to."""
        addresses = self.cleaned_data["redirect_uris"].split()
        for address in addresses:
            try:
                redirects.check(address)
            except redirects.Unfit as refusal:
                self.add_error("redirect_uris", f"{address}: {refusal}")
        return " ".join(dict.fromkeys(addresses))
