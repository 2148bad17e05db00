"""Reads what somebody typed after `/oncall`: words, quotes, people and times."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from integrations.slack.layout import mrkdwn
from oncall.forms import times

# A word, or what stands between two quotes of a kind; phones make them curly. What
# Slack put into angle brackets is one word, whatever is in it.
_WORD: Final = re.compile(
    r'"(?P<double>[^"]*)"|“(?P<curly>[^”]*)”|«(?P<angle>[^»]*)»'
    r"|(?P<bare>(?:<[^<>\s][^<>]*>|[^\s<])+|<)"
)
# "<@U123|alice>", as Slack writes people with escaping.
_PERSON: Final = re.compile(r"<@(?P<id>[UW][A-Z0-9]{1,30})(?:\|(?P<name>[^>]*))?>")
_NUMBER: Final = re.compile(r"#?(?P<number>\d{1,18})")
_LENGTH: Final = re.compile(r"(?P<count>\d{1,4})(?P<unit>min|m|h|d|w)", re.IGNORECASE)
_UNITS: Final = {
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_LONGEST: Final = timedelta(days=366)
_CLOCK: Final = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d{2})")
_DATES: Final = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")


class Mistake(Exception):
    """It cannot be done as it was typed; the words are fit for a person."""


@dataclass(frozen=True, slots=True)
class Typed:
    """Words as they were typed, and the text that they are from."""

    raw: str
    # Each word, and where it begins in the text.
    found: tuple[tuple[str, int], ...]

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, place: int) -> str:
        return self.found[place][0]

    def __iter__(self) -> Iterator[str]:
        return (word for word, _start in self.found)

    @property
    def text(self) -> str:
        """All of it as one text, in plain characters, less quotes around all of it."""
        if len(self) == 1:
            return readable(self[0]).strip()
        start = self.found[0][1] if self.found else len(self.raw)
        return readable(self.raw[start:]).strip()

    def after(self, count: int) -> "Typed":
        """Leave words out at the beginning."""
        return Typed(self.raw, self.found[count:])

    def until(self, place: int) -> "Typed":
        """Keep so many words; what follows is cut off."""
        end = self.found[place][1] if place < len(self) else len(self.raw)
        return Typed(self.raw[:end], self.found[:place])


def split(text: str) -> Typed:
    """Take a text apart into words; quotes keep several together."""
    return Typed(text, tuple(map(_word, _WORD.finditer(text))))


def readable(text: str) -> str:
    """Turn what Slack makes of a text back: people become @names."""
    return mrkdwn.unescape(_PERSON.sub(_at_name, text))


def person(word: str) -> str:
    """Return Slack's id of a person that is named with an @, or nothing."""
    found = _PERSON.fullmatch(word)
    return found["id"] if found else ""


def number(word: str) -> int | None:
    """Read an incident's number, with or without its #."""
    found = _NUMBER.fullmatch(word)
    return int(found["number"]) if found else None


def length(word: str) -> timedelta:
    """Read a length of time, such as 2h or 1h30m; raises Mistake."""
    parts = list(_LENGTH.finditer(word))
    if not parts or "".join(part[0] for part in parts) != word:
        raise Mistake(
            _("I do not understand “%(word)s” as a length; write 30m, 2h or 1d.")
            % {"word": word}
        )
    read = sum(
        (int(part["count"]) * _UNITS[part["unit"].lower()] for part in parts),
        timedelta(),
    )
    if not timedelta() < read <= _LONGEST:
        raise Mistake(_("Choose a length between a minute and a year."))
    return read


def moment(text: str, *, at: datetime) -> datetime:
    """Read an instant in the zone of the moment: 18:00, tomorrow 9:00, a date with it.

    A time of the day that is over means tomorrow's. Raises Mistake.
    """
    shown = text.strip()
    for form in _DATES:
        try:
            return _aware(datetime.strptime(shown, form))  # noqa: DTZ007
        except ValueError:
            continue
    today = timezone.localtime(at).date()
    day, _space, clock = shown.rpartition(" ")
    found = _CLOCK.fullmatch(clock)
    days = {"": 0, _("today"): 0, "today": 0, _("tomorrow"): 1, "tomorrow": 1}
    if found is None or day.lower() not in days or not _is_clock(found):
        raise Mistake(
            _(
                "I do not understand “%(text)s” as a time; write 18:00, tomorrow 9:00"
                " or 2027-03-10 18:00."
            )
            % {"text": shown}
        )
    hour = time(int(found["hour"]), int(found["minute"]))
    read = _aware(datetime.combine(today + timedelta(days=days[day.lower()]), hour))
    if read <= at and not day:
        return _aware(datetime.combine(today + timedelta(days=1), hour))
    return read


def _word(found: re.Match[str]) -> tuple[str, int]:
    kept = next(part for part in found.groups() if part is not None)
    # Whom it names is asked of the word later.
    return (kept if person(kept) else mrkdwn.unescape(kept)), found.start()


def _at_name(found: re.Match[str]) -> str:
    return f"@{found['name'] or found['id']}"


def _is_clock(found: re.Match[str]) -> bool:
    return int(found["hour"]) < 24 and int(found["minute"]) < 60


def _aware(naive: datetime) -> datetime:
    """Say when the clock of the zone of the moment shows that first."""
    return times.instant(naive, ZoneInfo(timezone.get_current_timezone_name()))
