"""What a webhook is: its address, what it hears, and the headers that go along."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.fields import offer
from accounts.models import Account
from accounts.permissions import Actor
from integrations.models import WebhookSubscription
from integrations.webhooks import event_types, rights, words

MOST_HEADERS = 20
EMPTY_ROWS = 2
Filter = WebhookSubscription.Filter
# The fields of the form, by the values of the verbs that they are made of.
FIELDS = {"service": "scope", "team": "scope", "filter_type": "scope"}


class WebhookForm(forms.Form):
    """A webhook without its headers."""

    use_required_attribute = False

    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=1000,
        widget=forms.TextInput(
            attrs={"class": "mono", "inputmode": "url", "spellcheck": "false"}
        ),
        help_text=gettext_lazy(
            "Events are posted there as JSON. It must begin with https:// and be"
            " reachable from the internet."
        ),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=1000,
        required=False,
        help_text=gettext_lazy("What is at the address, such as: our chat."),
    )
    scope = forms.ChoiceField(label=gettext_lazy("It hears of"))
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Events"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one type of event.")},
    )
    is_active = forms.BooleanField(
        label=gettext_lazy("Active: it is told of events from now on"),
        required=False,
        initial=True,
    )

    def __init__(
        self,
        *args: Any,
        account: Account,
        actor: Actor,
        subscription: WebhookSubscription | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        self.subscription = subscription
        offer(self, "scope", _scopes(account, actor, subscription))
        offer(self, "events", _types())

    @property
    def values(self) -> dict[str, Any]:
        """What the verbs need; the form is valid."""
        data = self.cleaned_data
        # Types that were chosen by the API, and that no form lists, stay.
        extra = self.unlisted
        return {
            "url": data["url"],
            "description": data["description"],
            "events": [*data["events"], *extra],
            "is_active": data["is_active"],
            **self._filter(data["scope"]),
        }

    @property
    def unlisted(self) -> list[str]:
        """The webhook's types that are not offered, because we never send them."""
        chosen = self.subscription.events if self.subscription else []
        return [name for name in chosen if name not in event_types.OFFERED]

    def refuse(self, words: str, field: str) -> None:
        """Say at the field what the verb says of it."""
        name = FIELDS.get(field, field)
        self.add_error(name if name in self.fields else None, words)

    def _filter(self, scope: str) -> dict[str, Any]:
        if self.subscription and scope == initial(self.subscription)["scope"]:
            return {}
        kind, _colon, public_id = scope.partition(":")
        values: dict[str, Any] = {"filter_type": kind}
        if kind == Filter.SERVICE:
            values["service"] = self.account.services.get(public_id=public_id)
        if kind == Filter.TEAM:
            values["team"] = self.account.teams.get(public_id=public_id)
        return values


class HeaderForm(forms.Form):
    """One header; a value that is kept already is not shown."""

    use_required_attribute = False

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"class": "mono", "autocomplete": "off"}),
    )
    value = forms.CharField(
        label=gettext_lazy("Value"),
        max_length=2000,
        required=False,
        widget=forms.TextInput(attrs={"class": "mono", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a value that nobody could send, for it has no name."""
        data = super().clean() or self.cleaned_data
        if data.get("value") and not data.get("name"):
            self.add_error("name", _("Give the header a name, or clear its value."))
        return data


Headers = forms.formset_factory(
    HeaderForm, extra=EMPTY_ROWS, max_num=MOST_HEADERS, absolute_max=MOST_HEADERS
)


def initial(subscription: WebhookSubscription) -> dict[str, Any]:
    """What the form shows of a webhook that there is."""
    scope: str = subscription.filter_type
    if subscription.filter_id:
        scope = f"{scope}:{subscription.filter_id}"
    return {
        "url": subscription.url,
        "description": subscription.description,
        "scope": scope,
        "events": subscription.events,
        "is_active": subscription.is_active,
    }


def typed(form: forms.BaseForm, data: QueryDict) -> dict[str, Any]:
    """What stands in a form that is shown again without being checked."""
    return {
        name: field.widget.value_from_datadict(data, {}, form.add_prefix(name))
        for name, field in form.fields.items()
    }


def headers(
    rows: Sequence[Mapping[str, Any]], kept: list[dict[str, str]]
) -> list[dict[str, str]]:
    """Make headers of the rows; one whose value is left empty keeps what it had."""
    old = {each["name"].lower(): each["value"] for each in kept}
    return [
        {"name": row["name"], "value": row["value"] or old.get(row["name"].lower(), "")}
        for row in rows
        if row.get("name")
    ]


def _scopes(
    account: Account, actor: Actor, subscription: WebhookSubscription | None
) -> list[Any]:
    """List what the actor may have told: everything, or what is their teams'."""
    services = rights.owned(account.services.all(), actor, "team")
    teams = rights.owned(account.teams.all(), actor, "pk")
    named = ("public_id", "name")
    of_services = services.order_by("name").values_list(*named)
    of_teams = teams.order_by("name").values_list(*named)
    whole = [(Filter.ACCOUNT.value, _("The whole account"))]
    found: list[Any] = [
        # What was deleted stays chosen until somebody chooses something else.
        *_gone(subscription),
        *(whole if actor.may("configure") else []),
        (_("One service"), [(f"service:{key}", name) for key, name in of_services]),
        (
            _("One team, with its services"),
            [(f"team:{key}", name) for key, name in of_teams],
        ),
    ]
    return [each for each in found if each[1]]


def _gone(subscription: WebhookSubscription | None) -> list[Any]:
    if subscription is None or not subscription.filter_id:
        return []
    if subscription.service or subscription.team:
        return []
    return [(initial(subscription)["scope"], words.scope(subscription))]


def _types() -> list[Any]:
    """Group the types by what they are about."""
    groups = {"incident": _("Incidents"), "service": _("Services")}
    return [
        (
            label,
            [
                (name, words)
                for name, words in event_types.OFFERED.items()
                if name.startswith(f"{resource}.")
            ],
        )
        for resource, label in groups.items()
    ]
