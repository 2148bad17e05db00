"""Which service a partner's events belong to: one that exists, or a new one."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from incidents.models import Service
from integrations import connect
from integrations.models import App

# The answer travels in an address, which servers take up to a length.
MOST_SERVICES = 20
# More are found by searching; each page stays small and usable without scripts.
SHOWN = 50
LONGEST_NAME = 255


class NamesField(forms.CharField):
    """Names of new services, one in a line."""

    widget = forms.Textarea(attrs={"rows": 2, "autocomplete": "off"})

    def clean(self, value: Any) -> list[str]:
        """Return the names, each once; raises ValidationError for one too long."""
        lines = (line.strip() for line in super().clean(value).splitlines())
        names = list(dict.fromkeys(filter(None, lines)))
        if any(len(name) > LONGEST_NAME for name in names):
            raise ValidationError(
                _("A name has at most %(most)d characters."),
                params={"most": LONGEST_NAME},
            )
        return names


class NameField(forms.CharField):
    """The name of one new service, given as a list like several."""

    widget = forms.TextInput(attrs={"autocomplete": "off"})

    def clean(self, value: Any) -> list[str]:
        """Return the name, or none."""
        name = super().clean(value)
        return [name] if name else []


class ConnectForm(forms.Form):
    """Asks for one service, or for several, as the partner's dialect has it."""

    token = forms.CharField(
        widget=forms.HiddenInput, max_length=connect.LONGEST_TOKEN, min_length=16
    )
    q = forms.CharField(
        label=_("Search services"),
        max_length=LONGEST_NAME,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "search"}),
    )

    def __init__(
        self,
        *args: Any,
        account: Account,
        app: App,
        takes_several: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        self.takes_several = takes_several
        self.chooser = "services" if takes_several else "service"
        self.fields[self.chooser] = self._choice(app)
        self.fields["name"] = _new_name(takes_several=takes_several)
        self.fields["policy"] = forms.ModelChoiceField(
            label=_("Its escalation policy"),
            queryset=account.escalation_policies.all(),
            to_field_name="public_id",
            required=False,
            empty_label=None,
            help_text=_("Who is paged when it breaks. Only for a new service."),
        )
        self.order_fields(["token", "q", self.chooser, "name", "policy"])

    def clean(self) -> dict[str, Any]:
        """Ask for something to connect, and for one thing where one is wanted."""
        values: dict[str, Any] = super().clean() or {}
        if self.errors:
            return values
        names = values["name"]
        count = len(self._existing) + len(names)
        if not count:
            self.add_error(None, _("Choose a service, or name a new one."))
        elif count > 1 and not self.takes_several:
            self.add_error(
                "name", _("Choose a service above or name a new one, not both.")
            )
        elif count > MOST_SERVICES:
            self.add_error(
                "services",
                _("Connect at most %d services at a time.") % MOST_SERVICES,
            )
        if names and values.get("policy") is None:
            self.add_error("policy", _("Choose who is paged by the new service."))
        return values

    @property
    def choice(self) -> connect.Choice:
        """What the person chose; the form is valid."""
        return connect.Choice(
            services=self._existing,
            names=self.cleaned_data["name"],
            policy=self.cleaned_data["policy"],
        )

    @property
    def _existing(self) -> list[Any]:
        if self.takes_several:
            return list(self.cleaned_data["services"])
        service = self.cleaned_data["service"]
        return [service] if service else []

    def _choice(self, app: App) -> forms.Field:
        services = self.account.services.filter(disabled_at=None)
        field: forms.ModelChoiceField[Service] | forms.ModelMultipleChoiceField[Service]
        if self.takes_several:
            field = forms.ModelMultipleChoiceField(
                label=_("Services"),
                queryset=services,
                to_field_name="public_id",
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
            offered = []
        else:
            field = forms.ModelChoiceField(
                label=_("Service"),
                queryset=services,
                to_field_name="public_id",
                required=False,
            )
            offered = [("", _("None of these: create a new one"))]
        field.choices = [*offered, *self._offered(services, app)]
        return field

    def _offered(self, services: Any, app: App) -> list[tuple[str, Any]]:
        """List what is chosen, and the first of what the search finds."""
        self.count = services.count()
        chosen = services.filter(public_id__in=self._chosen())
        found = services.exclude(pk__in=chosen.values("pk"))
        if words := self._value("q").strip():
            found = found.filter(name__icontains=words.replace("\0", ""))
        rows = [*chosen, *found[: SHOWN + 1]]
        self.has_any = bool(rows)
        self.has_more = len(rows) > SHOWN + len(chosen)
        connected = connect.already_connected(app, self.account)
        return [
            (
                row.public_id,
                _("%(name)s (connected already)") % {"name": row.name}
                if row.pk in connected
                else row.name,
            )
            for row in rows[: SHOWN + len(chosen)]
        ]

    @property
    def is_long(self) -> bool:
        """Whether there are more services than anybody wants to look through."""
        return bool(self.count > SHOWN)

    def _chosen(self) -> list[str]:
        if self.is_bound and hasattr(self.data, "getlist"):
            return [one for one in self.data.getlist(self.chooser) if one.isalnum()]
        found = self.initial.get(self.chooser, [])
        return [found] if isinstance(found, str) else list(found)

    def _value(self, name: str) -> str:
        source = self.data if self.is_bound else self.initial
        return str(source.get(name, ""))


def _new_name(*, takes_several: bool) -> forms.Field:
    hint = _("What can break, such as Checkout or the data centre in Berlin.")
    if takes_several:
        return NamesField(
            label=_("Names of new services, one in a line"),
            required=False,
            help_text=hint,
        )
    return NameField(
        label=_("Name of the new service"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=hint,
    )
