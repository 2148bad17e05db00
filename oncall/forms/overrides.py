"""Covering a shift: who, from when, until when."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, Membership
from oncall.forms import times


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A member of the account, by public id."""

    def label_from_instance(self, obj: Membership) -> str:
        return obj.name


class OverrideForm(forms.Form):
    """Puts somebody on call for a period, in the schedule's zone."""

    starts = times.LocalDateTimeField(label=gettext_lazy("From"))
    ends = times.LocalDateTimeField(label=gettext_lazy("Until"))
    field_order = ["membership", "starts", "ends"]

    def __init__(
        self, *args: Any, account: Account, zone: ZoneInfo, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.fields["membership"] = PersonField(
            account.memberships.filter(
                deactivated_at=None, user__is_active=True
            ).select_related("user"),
            label=_("Person"),
            to_field_name="public_id",
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or self.cleaned_data
        if "starts" not in fields or "ends" not in fields:
            return fields
        fields["starts_at"] = times.instant(fields["starts"], self.zone)
        fields["ends_at"] = times.instant(fields["ends"], self.zone)
        if fields["ends_at"] <= fields["starts_at"]:
            self.add_error("ends", _("The end must be after the start."))
        return fields


def suggestion(
    zone: ZoneInfo, now: datetime, since: datetime | None, until: datetime | None
) -> dict[str, str]:
    """Answer the period that the form begins with: the one asked for, or 8 hours.

    Of a running shift it is what is left, because the past is not to be changed.
    """
    whole_hour = now.replace(minute=0, second=0, microsecond=0)
    start = since or whole_hour + timedelta(hours=1)
    if start < now and (until is None or until > now):
        start = now.replace(second=0, microsecond=0)
    return {
        "starts": times.typed(start, zone),
        "ends": times.typed(until or start + timedelta(hours=8), zone),
    }
