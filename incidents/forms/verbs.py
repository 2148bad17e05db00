"""What each verb asks before it acts: one form for one incident and for many."""

from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Membership
from accounts.models.contact import Urgency
from accounts.models.people import Role
from incidents.actions import LONGEST_SNOOZE
from oncall.forms.times import LocalDateTimeField, instant, local

MORNING: Final = time(9)
LENGTHS: Final[dict[str, tuple[str | Promise, timedelta]]] = {
    "30m": (_("30 minutes"), timedelta(minutes=30)),
    "1h": (_("1 hour"), timedelta(hours=1)),
    "4h": (_("4 hours"), timedelta(hours=4)),
    "8h": (_("8 hours"), timedelta(hours=8)),
    "24h": (_("24 hours"), timedelta(hours=24)),
}
TOMORROW: Final = ("tomorrow", _("Until tomorrow, 09:00 my time"))
CUSTOM: Final = ("custom", _("Until the time below"))


def responders(account: Account) -> QuerySet[Membership]:
    """List whom an incident may be given to: those who may answer it."""
    return (
        account.memberships.filter(deactivated_at=None, user__is_active=True)
        .exclude(role=Role.OBSERVER)
        .select_related("user")
    )


class VerbForm(forms.Form):
    """The base of what verbs ask; a verb that asks nothing takes it as it is."""

    # Whether a person must answer before the verb can act.
    asks = False

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def arguments(self, at: datetime) -> dict[str, Any]:
        """Give the verb's arguments; the form is valid."""
        return dict(self.cleaned_data)


class ResolveForm(VerbForm):
    """Resolving may leave a note."""

    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class NoteForm(VerbForm):
    """A note is its text."""

    asks = True
    text = forms.CharField(
        label=_("Note"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 3})
    )


class TitleForm(VerbForm):
    """A better title."""

    asks = True
    title = forms.CharField(label=_("Title"), max_length=1024)


class UrgencyForm(VerbForm):
    """The new urgency."""

    asks = True
    urgency = forms.ChoiceField(
        label=_("Urgency"),
        choices=Urgency.choices,
        help_text=_("Raising it to high pages people; low does not escalate."),
    )


class PriorityForm(VerbForm):
    """The new priority, or none."""

    asks = True

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, account=account, **kwargs)
        self.fields["priority"] = forms.ModelChoiceField(
            label=_("Priority"),
            queryset=account.priorities.all(),
            to_field_name="public_id",
            required=False,
            empty_label=_("None"),
        )


class EscalateForm(VerbForm):
    """The next level, or one that is named."""

    level = forms.IntegerField(
        label=_("Level"), min_value=1, max_value=99, required=False
    )


class ReassignForm(VerbForm):
    """People, or an escalation policy."""

    asks = True

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, account=account, **kwargs)
        self.fields["people"] = forms.ModelMultipleChoiceField(
            label=_("People"),
            queryset=responders(account),
            to_field_name="public_id",
            required=False,
            widget=forms.SelectMultiple(attrs={"size": 8}),
            help_text=_("Hold Ctrl, or Command, to choose several."),
        )
        self.fields["policy"] = forms.ModelChoiceField(
            label=_("Or an escalation policy"),
            queryset=account.escalation_policies.all(),
            to_field_name="public_id",
            required=False,
            empty_label=_("None"),
            help_text=_("It starts from its first level."),
        )

    def clean(self) -> dict[str, Any]:
        """Refuse both and neither."""
        cleaned = super().clean() or self.cleaned_data
        people, policy = cleaned.get("people"), cleaned.get("policy")
        if not self.errors and bool(people) == bool(policy):
            self.add_error(
                "people",
                _("Choose people or a policy, not both.")
                if people
                else _("Choose at least one person, or a policy."),
            )
        return cleaned

    def arguments(self, at: datetime) -> dict[str, Any]:
        """Give the people as a list, because an incident is locked in between."""
        return {
            "people": list(self.cleaned_data["people"]),
            "policy": self.cleaned_data["policy"],
        }


class SnoozeForm(VerbForm):
    """How long, or until when."""

    asks = True
    length = forms.ChoiceField(
        label=_("Snooze for"),
        choices=[
            *((key, text) for key, (text, _length) in LENGTHS.items()),
            TOMORROW,
            CUSTOM,
        ],
        widget=forms.RadioSelect,
        initial="1h",
    )
    until = LocalDateTimeField(
        label=_("Until"),
        required=False,
        help_text=_("In your time zone, at most seven days ahead."),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a missing, past or far time."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("length") == "custom" and "until" not in self.errors:
            now, until = timezone.now(), cleaned.get("until")
            if until is None:
                self.add_error("until", _("Say until when."))
            elif not now < instant(until, _zone()) <= now + LONGEST_SNOOZE:
                self.add_error("until", _("Choose a time in the next seven days."))
        return cleaned

    def arguments(self, at: datetime) -> dict[str, Any]:
        """Turn the answer into an instant."""
        length = self.cleaned_data["length"]
        if length == "custom":
            return {"until": instant(self.cleaned_data["until"], _zone())}
        if length == "tomorrow":
            return {"until": tomorrow_morning(at)}
        return {"until": at + LENGTHS[length][1]}


def tomorrow_morning(at: datetime) -> datetime:
    """Return nine o'clock of tomorrow in the viewer's time zone."""
    tomorrow = local(at, _zone()).date() + timedelta(days=1)
    return instant(datetime.combine(tomorrow, MORNING), _zone())


def _zone() -> ZoneInfo:
    return ZoneInfo(timezone.get_current_timezone_name())


class MergeForm(VerbForm):
    """Into which incident the others go, by its number."""

    asks = True
    into = forms.IntegerField(
        label=_("Number of the incident that stays"),
        min_value=1,
        max_value=2**62,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_("Its alerts grow by the others'; the others are resolved."),
    )

    def clean_into(self) -> int:
        """Refuse a number that the account does not have."""
        number: int = self.cleaned_data["into"]
        if not self.account.incidents.filter(number=number).exists():
            raise forms.ValidationError(
                _("There is no incident #%(number)s."), params={"number": number}
            )
        return number

    def arguments(self, at: datetime) -> dict[str, Any]:
        """Find the incident that stays."""
        number = self.cleaned_data["into"]
        return {"into": self.account.incidents.get(number=number)}
