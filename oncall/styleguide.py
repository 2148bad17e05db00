"""The style page: every component with sample content, for people who build pages."""

from datetime import datetime, timedelta
from types import SimpleNamespace

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

TITLES = (
    _("Checkout latency above 2 s"),
    _("Disk of db-7 is 91 % full"),
    _("Certificate of api.example.com expires in 3 days and nobody has renewed it"),
)


class SampleForm(forms.Form):
    """One of each field."""

    name = forms.CharField(label=_("Name"), help_text=_("As your users call it."))
    description = forms.CharField(
        label=_("Description"), widget=forms.Textarea, required=False
    )
    policy = forms.ChoiceField(
        label=_("Escalation policy"), choices=[("", "---"), ("1", _("Default"))]
    )
    urgency = forms.ChoiceField(
        label=_("Urgency"),
        choices=[("high", _("High")), ("low", _("Low"))],
        widget=forms.RadioSelect,
    )
    channels = forms.MultipleChoiceField(
        label=_("Channels"),
        choices=[("email", _("E-mail")), ("sms", _("SMS"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    resolves = forms.BooleanField(
        label=_("Resolve by itself after 4 hours"), required=False
    )


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show all components; raises Http404 where people do not build pages."""
    if not (settings.DEBUG or settings.EMBEDDED):
        raise Http404
    now = timezone.now()
    return render(
        request,
        "styleguide.html",
        {
            "incidents": [
                _incident(number, title, now) for number, title in enumerate(TITLES)
            ],
            "form": SampleForm(request.GET if "name" in request.GET else None),
            "code": "curl -X POST https://localhost:8000/v2/enqueue \\\n"
            "  -H 'Content-Type: application/json' \\\n"
            """  -d '{"event_action": "trigger"}'""",
            "tones": ("info", "triggered", "acknowledged", "resolved", "snoozed"),
            "people": ("Priya Raman", "Dana Fox", "Tom", "Zoë Ångström", "Li Wei"),
            "just_now": now - timedelta(seconds=20),
            "recently": now - timedelta(minutes=4),
            "earlier": now - timedelta(days=3, hours=2),
            "soon": now + timedelta(hours=2, minutes=5),
            "length": timedelta(hours=2, minutes=5),
        },
    )


def _incident(number: int, title: object, now: datetime) -> SimpleNamespace:
    """Make up an incident for the table."""
    return SimpleNamespace(
        number=1042 - number,
        title=title,
        status=("triggered", "acknowledged", "resolved")[number],
        detail=("", _("by Priya until 14:30"), "")[number],
        urgency=("high", "low", "low")[number],
        priority=("P1", "P3", "")[number],
        assignee=("Dana Fox", "Priya Raman", "")[number],
        opened_at=now - timedelta(minutes=4 + 500 * number),
    )
