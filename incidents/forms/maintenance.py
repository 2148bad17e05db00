"""The forms of maintenance windows."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.fields import TimeZoneField
from accounts.models import Account
from incidents.models import MaintenanceWindow, Service
from oncall.forms import times

HOUR = timedelta(hours=1)


class ServicesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Services of the account, by public id."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Service) -> str:
        return obj.name


class WindowForm(forms.Form):
    """A window that has not begun: which services, when, and how often."""

    use_required_attribute = False

    description = forms.CharField(
        label=gettext_lazy("What for"), required=False, max_length=500
    )
    time_zone = TimeZoneField()
    starts = times.LocalDateTimeField(
        label=gettext_lazy("From"),
        help_text=gettext_lazy("A time in the past means now."),
    )
    ends = times.LocalDateTimeField(label=gettext_lazy("Until"))
    repeats = forms.ChoiceField(
        label=gettext_lazy("Repeats"),
        choices=MaintenanceWindow.Repeats.choices,
        required=False,
        help_text=gettext_lazy("At the same time of day in its time zone."),
    )
    repeats_until = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Of a window that repeats. Empty: until you delete it."),
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["services"] = ServicesField(
            label=_("Services"),
            queryset=account.services.all(),
            to_field_name="public_id",
            error_messages={"required": _("Choose at least one service.")},
        )
        self.order_fields(["services"])

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or self.cleaned_data
        if not {"starts", "ends", "time_zone"} <= fields.keys():
            return fields
        zone = ZoneInfo(fields["time_zone"])
        fields["starts_at"] = times.instant(fields["starts"], zone)
        fields["ends_at"] = times.instant(fields["ends"], zone)
        if fields["ends_at"] <= fields["starts_at"]:
            self.add_error("ends", _("The end must be after the start."))
        last: date | None = fields.get("repeats_until")
        if last and not fields.get("repeats"):
            self.add_error("repeats_until", _("Only a window that repeats needs this."))
        elif last and last < fields["starts"].date():
            self.add_error("repeats_until", _("It must not be before the first day."))
        return fields

    @property
    def values(self) -> dict[str, Any]:
        """What the window shall be; the form is valid."""
        names = (
            "description",
            "time_zone",
            "starts_at",
            "ends_at",
            "repeats",
            "repeats_until",
        )
        chosen = {name: self.cleaned_data[name] for name in names}
        return chosen | {"services": list(self.cleaned_data["services"])}


class ExtensionForm(forms.Form):
    """The end of a window that is under way, and what it is for."""

    use_required_attribute = False

    description = forms.CharField(
        label=gettext_lazy("What for"), required=False, max_length=500
    )
    ends = times.LocalDateTimeField(label=gettext_lazy("Until"))

    def __init__(self, *args: Any, window: MaintenanceWindow, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(window.time_zone)

    @property
    def values(self) -> dict[str, Any]:
        """What becomes of the window; the form is valid."""
        fields = self.cleaned_data
        ends_at = times.instant(fields["ends"], self.zone)
        return {"description": fields["description"], "ends_at": ends_at}


def typed(window: MaintenanceWindow) -> dict[str, Any]:
    """Answer what the form of a window begins with."""
    zone = ZoneInfo(window.time_zone)
    rows = window.maintained_services.all()
    return {
        "description": window.description,
        "time_zone": window.time_zone,
        "starts": times.typed(window.starts_at, zone),
        "ends": times.typed(window.ends_at, zone),
        "repeats": window.repeats,
        "repeats_until": window.repeats_until,
        "services": [row.service.public_id for row in rows],
    }


def suggestion(zone: str, services: list[str], now: datetime) -> dict[str, Any]:
    """Answer what the form of a new window begins with: an hour from now on."""
    here = ZoneInfo(zone)
    return {
        "time_zone": zone,
        "starts": times.typed(now.replace(second=0), here),
        "ends": times.typed(now.replace(second=0) + HOUR, here),
        "services": services,
    }
