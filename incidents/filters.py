"""The filters of the incident list; their values live in the address."""

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Priority, Team
from accounts.models.contact import Urgency
from accounts.requests import AccountRequest
from incidents.models import Incident, Service

# The calendar ends where another day would not fit.
REASONABLE = [
    MinValueValidator(date(2000, 1, 1)),
    MaxValueValidator(date(2999, 12, 31)),
]


def _services(request: AccountRequest) -> QuerySet[Service]:
    return request.account.services.all()


def _teams(request: AccountRequest) -> QuerySet[Team]:
    return request.account.teams.all()


def _priorities(request: AccountRequest) -> QuerySet[Priority]:
    return request.account.priorities.all()


def _people(request: AccountRequest) -> QuerySet[Membership]:
    return request.account.memberships.select_related("user")


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"})


class IncidentFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows a list of incidents; a value that makes no sense narrows nothing."""

    q = django_filters.CharFilter(
        label=_("Title or number"),
        method="by_text",
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    service = django_filters.ModelChoiceFilter(
        label=_("Service"),
        queryset=_services,
        to_field_name="public_id",
        empty_label=_("Any"),
    )
    team = django_filters.ModelChoiceFilter(
        label=_("Team"),
        field_name="service__team",
        queryset=_teams,
        to_field_name="public_id",
        empty_label=_("Any"),
    )
    urgency = django_filters.ChoiceFilter(
        label=_("Urgency"), choices=Urgency.choices, empty_label=_("Any")
    )
    priority = django_filters.ModelChoiceFilter(
        label=_("Priority"),
        queryset=_priorities,
        to_field_name="public_id",
        empty_label=_("Any"),
    )
    assignee = django_filters.ModelChoiceFilter(
        label=_("Assigned to"),
        field_name="assignments__membership",
        queryset=_people,
        to_field_name="public_id",
        empty_label=_("Anybody"),
    )
    since = django_filters.DateFilter(
        label=_("From"), method="from_day", widget=_day(), validators=REASONABLE
    )
    until = django_filters.DateFilter(
        label=_("Until"), method="until_day", widget=_day(), validators=REASONABLE
    )

    class Meta:
        model = Incident
        fields: list[str] = []

    def by_text(
        self, found: QuerySet[Incident], name: str, text: str
    ) -> QuerySet[Incident]:
        """Look for a number (#1042) or a part of the title."""
        words = Q(title__icontains=text)
        digits = text.removeprefix("#")
        if digits.isdecimal() and len(digits) < 18:
            words |= Q(number=int(digits))
        return found.filter(words)

    def from_day(
        self, found: QuerySet[Incident], name: str, day: date
    ) -> QuerySet[Incident]:
        """Keep what began on the viewer's day or later."""
        return found.filter(created_at__gte=_midnight(day))

    def until_day(
        self, found: QuerySet[Incident], name: str, day: date
    ) -> QuerySet[Incident]:
        """Keep what began on the viewer's day or earlier."""
        return found.filter(created_at__lt=_midnight(day + timedelta(days=1)))

    @property
    def active(self) -> dict[str, str]:
        """What narrows the list now: the names of the filters and their values."""
        self.form.full_clean()
        return {
            name: f"{self.filters[name].label}: {_shown(name, value)}"
            for name, value in self.form.cleaned_data.items()
            if value
        }

    @property
    def is_indexed(self) -> bool:
        """Whether even rare matches are found without reading the whole account."""
        return set(self.active) <= {"service"}


def _shown(name: str, value: Any) -> str:
    return str(Urgency(value).label) if name == "urgency" else str(value)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone())


def incident_filter(
    request: AccountRequest | HttpRequest, found: QuerySet[Incident]
) -> IncidentFilter:
    """Read the filters from the address of a request."""
    return IncidentFilter(request.GET, queryset=found, request=request)
