"""What a service does against noise, a sentence each."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.models import Service
from oncall import moments

Grouping = Service.Grouping


def of(service: Service) -> list[str]:
    """Say what is on; nothing for a service whose every alert opens an incident."""
    return list(_sentences(service))


def _sentences(service: Service) -> Iterator[str]:
    if service.grouping:
        yield _grouping(service)
    if service.auto_pause:
        yield _(
            "New alerts are held back for %(time)s, in case that they resolve by"
            " themselves."
        ) % {"time": moments.duration(service.auto_pause)}
    rules = service.suppression_rules.filter(disabled_at=None).count()
    if rules:
        yield ngettext(
            "%(number)d rule suppresses alerts.",
            "%(number)d rules suppress alerts.",
            rules,
        ) % {"number": rules}
    if service.storm_limit:
        yield ngettext(
            "Beyond %(number)d new incident in a minute, one incident carries the"
            " rest.",
            "Beyond %(number)d new incidents in a minute, one incident carries the"
            " rest.",
            service.storm_limit,
        ) % {"number": service.storm_limit}


def _grouping(service: Service) -> str:
    facts = {"fields": ", ".join(service.grouping_fields)}
    if service.grouping_window:
        facts["time"] = moments.duration(service.grouping_window)
    by_time = service.grouping == Grouping.TIME
    is_any = service.grouping_match == Service.GroupingMatch.ANY
    if by_time and service.grouping_window:
        text = _("Alerts that come within %(time)s of each other are one incident.")
    elif by_time:
        text = _("All alerts join the open incident, until it is resolved.")
    elif is_any and service.grouping_window:
        text = _(
            "Alerts that agree in one of %(fields)s within %(time)s of each other are"
            " one incident."
        )
    elif is_any:
        text = _(
            "Alerts that agree in one of %(fields)s are one incident, until it is"
            " resolved."
        )
    elif service.grouping_window:
        text = _(
            "Alerts that agree in %(fields)s within %(time)s of each other are one"
            " incident."
        )
    else:
        text = _(
            "Alerts that agree in %(fields)s are one incident, until it is resolved."
        )
    return text % facts
