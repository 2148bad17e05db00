"""What an extension is: its name, where it shows incidents, whose, and which."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, Team
from accounts.models.contact import Urgency
from accounts.permissions import Actor
from incidents.models import Service
from integrations.chat import rooms
from integrations.extensions.schemas import Schema
from integrations.extensions.values import LONGEST_NAME, Scope, Values
from integrations.forms.rooms import ANSWER, AnswersForm
from integrations.models import Extension, Room
from integrations.webhooks import rights

NO_PRIORITY = "none"
NOBODY = "nobody"
Update = Extension.Update


class Services(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Services of the account, by public id."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Service) -> str:
        return obj.name


class Teams(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A team of the account, by public id."""

    def label_from_instance(self, obj: Team) -> str:
        return obj.name


class ExtensionForm(AnswersForm):
    """An extension; of a chat that is connected already, without where it is."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        help_text=gettext_lazy(
            "How people here call it; the timeline names it where it acts."
        ),
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("Whose incidents"), widget=forms.RadioSelect
    )
    urgency = forms.ChoiceField(
        label=gettext_lazy("Urgency"),
        choices=[("", gettext_lazy("Any")), *Urgency.choices],
        required=False,
    )
    priorities = forms.MultipleChoiceField(
        label=gettext_lazy("Priorities"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("None ticked: incidents of any priority, and without."),
    )
    updates = forms.MultipleChoiceField(
        label=gettext_lazy("What it is told besides new incidents"),
        choices=Update.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    anybody_may_act = forms.ChoiceField(
        label=gettext_lazy("Who may acknowledge, resolve and so on from there"),
        choices=[
            (
                "0",
                gettext_lazy("Only people who are linked to a member of the account"),
            ),
            (
                "1",
                gettext_lazy(
                    "Anybody in the channel; the timeline names them and this extension"
                ),
            ),
            (
                NOBODY,
                gettext_lazy("Nobody; its messages only inform and have no buttons"),
            ),
        ],
        widget=forms.RadioSelect,
    )
    has_thread = forms.BooleanField(
        label=gettext_lazy("Write the timeline into a thread below the message"),
        required=False,
        initial=True,
    )
    takes_notes = forms.BooleanField(
        label=gettext_lazy("Keep what people write in the thread as notes"),
        required=False,
    )
    endpoint_url = forms.CharField(
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

    def __init__(
        self,
        *args: Any,
        schema: Schema,
        account: Account,
        actor: Actor,
        extension: Extension | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, schema=schema, **kwargs)
        self.account, self.extension = account, extension
        if extension is not None:
            for asked in schema.fields:
                del self.fields[f"{ANSWER}{asked.name}"]
        self._offer(account, actor)
        scope = self["scope"].value()
        self.fields["services"].required = scope == Scope.SERVICES
        self.fields["team"].required = scope == Scope.TEAM
        for name in _useless(schema):
            del self.fields[name]

    def _offer(self, account: Account, actor: Actor) -> None:
        """Offer what the actor may have told: everything, or what is their teams'."""
        self.fields["services"] = Services(
            label=_("Services"),
            queryset=rights.owned(account.services.all(), actor, "team"),
            to_field_name="public_id",
            error_messages={"required": _("Choose at least one service.")},
        )
        self.fields["team"] = Teams(
            label=_("Team"),
            queryset=rights.owned(account.teams.all(), actor, "pk"),
            to_field_name="public_id",
            empty_label=_("None"),
            help_text=_("For “Every service of a team”."),
            error_messages={"required": _("Choose a team.")},
        )
        whole = actor.may("configure")
        offered = [each for each in Scope.choices if whole or each[0] != Scope.ACCOUNT]
        self.fields["scope"].choices = offered  # type: ignore[attr-defined]
        named = account.priorities.values_list("public_id", "name")
        none = (NO_PRIORITY, _("No priority"))
        self.fields["priorities"].choices = [*named, none]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = data.get("priorities") or []
        if NO_PRIORITY in chosen and len(chosen) > 1:
            words = _("Tick priorities, or only “No priority”.")
            self.add_error("priorities", words)
        return data

    def values(self, room: Room | None) -> Values:
        """What the verbs need; the form is valid."""
        data = self.cleaned_data
        scope = data["scope"]
        return Values(
            name=data["name"],
            scope=scope,
            services=tuple(data["services"]) if scope == Scope.SERVICES else (),
            team=data["team"] if scope == Scope.TEAM else None,
            urgency=data.get("urgency", ""),
            priorities=_priorities(data.get("priorities") or []),
            updates=tuple(data["updates"]),
            room=room,
            anybody_may_act=data.get("anybody_may_act") == "1",
            has_buttons=data.get("anybody_may_act") != NOBODY,
            has_thread=data.get("has_thread", False),
            takes_notes=data.get("takes_notes", False),
            endpoint_url=data.get("endpoint_url", ""),
        )


def initial(values: Values) -> dict[str, Any]:
    """What the form shows of an extension that there is."""
    priorities = values.priorities
    return {
        "name": values.name,
        "scope": values.scope,
        "services": [each.public_id for each in values.services],
        "team": values.team.public_id if values.team else None,
        "urgency": values.urgency,
        "priorities": [NO_PRIORITY] if priorities == () else list(priorities or ()),
        "updates": values.updates,
        "anybody_may_act": _who_may_act(values),
        "has_thread": values.has_thread,
        "takes_notes": values.takes_notes,
        "endpoint_url": values.endpoint_url,
    }


def prefilled(
    given: Mapping[str, str], account: Account, *, called: str
) -> dict[str, Any]:
    """What a new form begins with; a service may be named in the address."""
    service = account.services.filter(public_id=given.get("service", "")).first()
    return {
        "name": called[:LONGEST_NAME],
        "scope": Scope.SERVICES,
        "services": [service.public_id] if service else [],
        "updates": Update.values,
        "anybody_may_act": "0",
        "has_thread": True,
    }


def _useless(schema: Schema) -> list[str]:
    """Name the fields that mean nothing for a kind."""
    if schema.courier is not None:
        chat = ("urgency", "priorities", "anybody_may_act", "has_thread", "takes_notes")
        return list(chat)
    found = ["endpoint_url"]
    chat_kind = rooms.get(schema.key) if rooms.is_chat(schema.key) else None
    if chat_kind is None or not chat_kind.can_act:
        found.append("anybody_may_act")
    if chat_kind is None or not chat_kind.can_thread:
        found.append("has_thread")
    if not rooms.can_hear(schema.key):
        found.append("takes_notes")
    return found


def _who_may_act(values: Values) -> str:
    if not values.has_buttons:
        return NOBODY
    return "1" if values.anybody_may_act else "0"


def _priorities(chosen: list[str]) -> tuple[str, ...] | None:
    if not chosen:
        return None
    return () if chosen == [NO_PRIORITY] else tuple(chosen)
