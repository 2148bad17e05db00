"""A service's rule for urgencies in sentences, and what it means now."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents import support_hours, urgencies
from incidents.models import Service
from incidents.urgencies import Rule
from oncall.forms.times import typed_time
from oncall.forms.windows import WEEKDAYS

SENTENCES: Final[dict[str, str | Promise]] = {
    Rule.HIGH: gettext_lazy("Always high."),
    Rule.LOW: gettext_lazy("Always low."),
    Rule.SEVERITY: gettext_lazy(
        "By the severity of the alert: critical and error are high,"
        " warning and info are low."
    ),
}
URGENCIES: Final[dict[str, str | Promise]] = {
    Rule.HIGH: gettext_lazy("high"),
    Rule.LOW: gettext_lazy("low"),
    Rule.SEVERITY: gettext_lazy("by severity"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a service's page says of the urgency of its incidents."""

    sentence: str
    # "high" or "low"; blank where the severity of each alert decides.
    now: str = ""
    # When the support hours begin or end next.
    changes_at: datetime | None = None


def tell(service: Service, *, at: datetime) -> Told:
    """Say by which rule incidents of the service get their urgency, and which now."""
    hours = urgencies.hours_of(service)
    if hours is None:
        rule = service.urgency_rule
        return Told(str(SENTENCES.get(rule, SENTENCES[Rule.HIGH])), _plain(rule))
    is_on = support_hours.are_on(hours, at)
    rule = service.urgency_in_hours if is_on else service.urgency_out_of_hours
    changes_at = support_hours.next_change(hours, at)
    return Told(_sentence(service), _plain(rule), changes_at)


def days(numbers: list[int]) -> str:
    """Name days of the week by their ISO numbers: Monday to Friday."""
    names = dict(WEEKDAYS)
    chosen = sorted(set(numbers))
    if len(chosen) == 7:
        return _("every day")
    if len(chosen) > 2 and all(b - a == 1 for a, b in pairwise(chosen)):
        facts = {"first": names[chosen[0]], "last": names[chosen[-1]]}
        return _("%(first)s to %(last)s") % facts
    return ", ".join(str(names[number]) for number in chosen)


def _plain(rule: str) -> str:
    return rule if rule in (Rule.HIGH, Rule.LOW) else ""


def _sentence(service: Service) -> str:
    start, end = service.support_start, service.support_end
    facts = {
        "inside": URGENCIES.get(service.urgency_in_hours, ""),
        "outside": URGENCIES.get(service.urgency_out_of_hours, ""),
        "days": days(service.support_days),
        "start": typed_time(start) if start else "",
        "end": typed_time(end) if end else "",
        "zone": service.support_time_zone,
    }
    said = (
        _(
            "During support hours (%(days)s, %(start)s to %(end)s, %(zone)s):"
            " %(inside)s. Outside of them: %(outside)s."
        )
        % facts
    )
    if not service.raise_at_support_start:
        return said
    raised = _("Open low-urgency incidents become high when the support hours begin.")
    return f"{said} {raised}"
