"""Suppression: rules that say which alerts of a service open no incident.

A pattern is PostgreSQL's business, not Python's: its automaton does not backtrack
into eternity, and what takes too long all the same is cut off by a timeout. A rule
that cannot be read in time suppresses nothing, because a page too many is better
than one too few.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import DatabaseError, connection, transaction

from incidents.models import Alert, Service, SuppressionRule
from incidents.noise import fields

logger = logging.getLogger(__name__)

MATCHES: Final = "matches"
EXISTS: Final = "exists"
# Of a field, so much is compared; of a pattern, so much is accepted.
LONGEST_TEXT: Final = 4000
LONGEST_PATTERN: Final = 200
PATTERN_TIMEOUT: Final = timedelta(milliseconds=250)

# Operator -> whether a field's text agrees with the value of a condition.
OPERATORS: Final[dict[str, Callable[[str, str], bool]]] = {
    "equals": lambda text, value: text == value,
    "not_equals": lambda text, value: text != value,
    "contains": lambda text, value: value in text,
    "not_contains": lambda text, value: value not in text,
    EXISTS: lambda text, value: bool(text),
}


class BadPattern(Exception):
    """A pattern cannot be read, or takes too long; the words are fit for a person."""


def rules_of(service: Service) -> list[SuppressionRule]:
    """List the rules that apply to the service, the oldest first."""
    return list(service.suppression_rules.filter(disabled_at=None).order_by("id"))


def suppress(alerts: Sequence[Alert], rules: Sequence[SuppressionRule]) -> None:
    """Mark the alerts that a rule holds for with the first such rule."""
    for rule in rules:
        open_ones = [a for a in alerts if a.held != Alert.Held.SUPPRESSED]
        for alert in matching(rule, open_ones):
            alert.held = Alert.Held.SUPPRESSED
            alert.suppressed_by = rule


def matching(rule: SuppressionRule, alerts: Sequence[Alert]) -> list[Alert]:
    """Say of which alerts all conditions of the rule hold; none for a rule without."""
    if not rule.conditions:
        return []
    found = list(alerts)
    # Patterns last: they cost a query, and then only of the alerts that are left.
    for condition in sorted(rule.conditions, key=_is_pattern):
        try:
            found = _holding(condition, found)
        except (BadPattern, KeyError, TypeError) as error:
            logger.warning("Suppression rule %s was passed over: %s", rule.pk, error)
            return []
    return found


def search(pattern: str, texts: Sequence[str]) -> list[bool]:
    """Say in which of the texts the pattern is found; raises BadPattern."""
    if not texts:
        return []
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            before = _time_out_after(f"{PATTERN_TIMEOUT // timedelta(milliseconds=1)}")
            cursor.execute(
                "SELECT array_agg(text ~ %s ORDER BY place)"
                " FROM unnest(%s::text[]) WITH ORDINALITY AS t (text, place)",
                [pattern, list(texts)],
            )
            found: list[bool] = cursor.fetchone()[0]
            _time_out_after(before)
    except (DatabaseError, ValueError) as error:
        # A failed statement takes the timeout back along with its savepoint.
        raise BadPattern(str(error).partition("\n")[0]) from error
    return found


def _is_pattern(condition: Any) -> bool:
    return isinstance(condition, dict) and condition.get("operator") == MATCHES


def _holding(condition: dict[str, str], alerts: Sequence[Alert]) -> list[Alert]:
    name, wanted = condition["field"], condition.get("value", "")
    texts = [fields.value(alert, name)[:LONGEST_TEXT] for alert in alerts]
    if condition["operator"] == MATCHES:
        agreed = search(wanted[:LONGEST_PATTERN], texts)
    else:
        agrees = OPERATORS[condition["operator"]]
        agreed = [agrees(text, wanted) for text in texts]
    return [alert for alert, agrees in zip(alerts, agreed, strict=True) if agrees]


def _time_out_after(setting: str) -> str:
    """Set how long a statement of this transaction may take; returns what it was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        before: str = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [setting])
    return before
