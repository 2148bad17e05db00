"""The forms of heartbeats, and of how long a tool may be silent."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.forms.lengths import DAYS, HOURS, MINUTES, SECONDS, LengthField
from incidents.heartbeats import LONGEST, SHORTEST
from incidents.models import Heartbeat, Service


class HeartbeatForm(forms.ModelForm[Heartbeat]):
    """A heartbeat: how often something must call, and how late it may be."""

    interval = LengthField(
        label=_("Expected every"),
        units=(SECONDS, MINUTES, HOURS, DAYS),
        shortest=SHORTEST,
        longest=LONGEST,
        between=_("Choose between 30 seconds and 30 days."),
        initial=timedelta(days=1),
        help_text=_("How often the job runs; from 30 seconds to 30 days."),
    )
    grace = LengthField(
        label=_("Grace"),
        units=(SECONDS, MINUTES, HOURS, DAYS),
        shortest=timedelta(),
        longest=LONGEST,
        between=_("Choose 30 days at the most."),
        initial=timedelta(minutes=30),
        help_text=_("How much later it may be, such as because the job takes longer."),
    )

    class Meta:
        model = Heartbeat
        fields = ["name", "interval", "grace", "allows_get"]
        labels = {
            "name": _("Name of the job"),
            "allows_get": _("A GET counts as a beat, too"),
        }
        help_texts = {
            "allows_get": _(
                "Only for tools that cannot POST: browsers and mail scanners that open"
                " the address would be taken for the job."
            )
        }

    def __init__(self, *args: Any, service: Service, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.service = service

    def clean_name(self) -> str:
        """Refuse a name that another heartbeat of the service has."""
        name: str = self.cleaned_data["name"].strip()
        same = self.service.heartbeats.filter(name=name).exclude(pk=self.instance.pk)
        if same.exists():
            raise forms.ValidationError(
                _("Another heartbeat of the service has this name.")
            )
        return name

    @property
    def values(self) -> dict[str, Any]:
        """What the heartbeat shall be; the form is valid."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class SilenceForm(forms.Form):
    """How long an integration's tool may say nothing."""

    quiet_after = LengthField(
        label=_("Longest silence"),
        units=(MINUTES, HOURS, DAYS),
        shortest=timedelta(minutes=5),
        longest=LONGEST,
        between=_("Choose between 5 minutes and 30 days."),
        required=False,
        help_text=_(
            "An incident opens when no event has come for so long, and ends with the"
            " next one. For tools that speak regularly. Empty: it may be silent."
        ),
    )
