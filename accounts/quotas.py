"""How many codes and tests may be asked for; pages never meet these quotas."""

from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import tolls
from accounts.models import ContactMethod, QuotaUse
from accounts.onboarding import Refused

Purpose = Literal["code", "test"]

WINDOW = timedelta(hours=1)
WHAT = {"code": gettext_lazy("Too many codes"), "test": gettext_lazy("Too many tests")}
WHERE = {
    "number": gettext_lazy("%(what)s to this address within an hour."),
    "person": gettext_lazy("%(what)s for one person within an hour."),
    "account": gettext_lazy("%(what)s for this account within an hour."),
    "country": gettext_lazy("%(what)s to numbers of this country within an hour."),
}


class Exhausted(Refused):
    """Too many; `again_at` says when the next one may be asked for."""

    def __init__(self, words: str, again_at: datetime) -> None:
        super().__init__(words)
        self.again_at = again_at


def use(purpose: Purpose, method: ContactMethod, *, at: datetime) -> None:
    """Count one code or test, in this transaction. Raises Exhausted in words."""
    quotas = {"code": settings.CODE_QUOTAS, "test": settings.TEST_QUOTAS}[purpose]
    _wait_for_turn(method)
    one = _use_of(purpose, method, at)
    for name, among in _shares(one).items():
        again_at = _again_at(among, quotas[name], at=at)
        if again_at is not None:
            raise Exhausted(_words(name, purpose, method, again_at), again_at)
    QuotaUse.objects.filter(at__lte=at - WINDOW).delete()
    one.save()


def _wait_for_turn(method: ContactMethod) -> None:
    """Let requests of one account count one after the other."""
    with connection.cursor() as cursor:
        key = f"quota {method.account_id}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [key])


def _use_of(purpose: Purpose, method: ContactMethod, at: datetime) -> QuotaUse:
    digest = salted_hmac("quota", method.address, algorithm="sha256").hexdigest()
    is_phone = method.address.startswith("+")
    return QuotaUse(
        purpose=purpose,
        address_digest=digest,
        country=tolls.country(method.address)[:2] if is_phone else "",
        account_number=method.account_id,
        membership_number=method.membership_id,
        at=at,
    )


def _shares(one: QuotaUse) -> dict[str, dict[str, Any]]:
    """Say which of the earlier ones share a quota with this one."""
    shares: dict[str, dict[str, Any]] = {
        "number": {"address_digest": one.address_digest},
        "person": {"membership_number": one.membership_number},
        "account": {"account_number": one.account_number},
    }
    if one.country:
        shares["country"] = {"country": one.country}
    return {name: {**among, "purpose": one.purpose} for name, among in shares.items()}


def _again_at(among: dict[str, Any], quota: int, *, at: datetime) -> datetime | None:
    """Say when there is room again; None while there is."""
    if quota < 1:
        return at + WINDOW
    recent = QuotaUse.objects.filter(**among, at__gt=at - WINDOW).order_by("-at")
    # The one that has to grow old first.
    last = recent.values_list("at", flat=True)[quota - 1 : quota].first()
    return None if last is None else last + WINDOW


def _words(
    name: str, purpose: Purpose, method: ContactMethod, again_at: datetime
) -> str:
    local = timezone.localtime(again_at, ZoneInfo(method.membership.time_zone))
    why = str(WHERE[name]) % {"what": WHAT[purpose]}
    return _("%(why)s Try again at %(time)s.") % {"why": why, "time": f"{local:%H:%M}"}
