"""Choosing several things in their order, each by a list box of its own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Membership
from oncall.models import Schedule

# (key, label) pairs, or groups of them under a heading.
Options = Sequence[tuple[Any, Any]]


@dataclass(frozen=True)
class Picker:
    """What may be chosen, by the key that its option carries."""

    things: Mapping[str, Membership | Schedule]
    options: Options

    def boxes(self, name: str, keys: Sequence[str], label: str) -> list[SafeString]:
        """Draw a list box for each of the keys; this will name them for readers."""
        widget = forms.Select(choices=[("", "---------"), *self.options])
        return [
            widget.render(
                name,
                key,
                {"id": f"{name}-{place}", "aria-label": f"{label} {place + 1}"},
            )
            for place, key in enumerate(keys)
        ]


class PickedField(forms.Field):
    """Several things of a picker, in order; empty boxes do not count.

    Cleans to a list; raises ValidationError for a key that is not on offer.
    """

    widget = forms.MultipleHiddenInput
    default_error_messages = {
        "unknown": _("One of these no longer exists; choose another one.")
    }

    def __init__(self, picker: Picker, *, once: bool, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.picker = picker
        # Whether choosing something twice counts once, as for the targets of a level.
        self.once = once

    def clean(self, value: Any) -> list[Membership | Schedule]:
        keys = [key for key in value or [] if key]
        if any(key not in self.picker.things for key in keys):
            raise forms.ValidationError(self.error_messages["unknown"], code="unknown")
        return [
            self.picker.things[key]
            for key in (dict.fromkeys(keys) if self.once else keys)
        ]


def team_field(account: Account) -> forms.Field:
    """Offer the teams of the account, and none."""
    return forms.ModelChoiceField(
        account.teams.all(),
        label=_("Team"),
        required=False,
        to_field_name="public_id",
        empty_label=_("No team"),
    )


def target_picker(account: Account) -> Picker:
    """Offer schedules and people, as targets of a level."""
    schedules = {f"schedule:{row.public_id}": row for row in account.schedules.all()}
    people = {f"user:{row.public_id}": row for row in _people(account)}
    return Picker(
        {**schedules, **people},
        [
            (_("Schedules"), _labels(schedules)),
            (_("People"), _labels(people)),
        ],
    )


def person_picker(account: Account) -> Picker:
    """Offer people, for the turns of a layer."""
    people = {row.public_id: row for row in _people(account)}
    return Picker(people, _labels(people))


def key_of(thing: Membership | Schedule) -> str:
    """Answer the key of a target's option."""
    kind = "schedule" if isinstance(thing, Schedule) else "user"
    return f"{kind}:{thing.public_id}"


def zones() -> list[tuple[str, str]]:
    """List every time zone by its name."""
    names = (name for name in available_timezones() if "/" in name or name == "UTC")
    return [(name, name.replace("_", " ")) for name in sorted(names)]


def _people(account: Account) -> Iterable[Membership]:
    return account.memberships.select_related("user")


def _labels(things: Mapping[str, Membership | Schedule]) -> list[tuple[str, str]]:
    return [(key, _label(thing)) for key, thing in things.items()]


def _label(thing: Membership | Schedule) -> str:
    if isinstance(thing, Membership) and not thing.is_active:
        return _("%(name)s (left)") % {"name": thing.name}
    return str(thing)
