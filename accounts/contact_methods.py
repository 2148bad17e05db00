"""What a member or an admin does with contact methods: add, confirm, test, remove."""

import secrets
from datetime import datetime, timedelta

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import audit, channels, companions, losses, quotas, tolls
from accounts.models import Account, ContactMethod, Membership
from accounts.onboarding import Refused
from accounts.permissions import Actor

CODE_IS_VALID = timedelta(minutes=10)
CODE_ATTEMPTS = 5
DAY = timedelta(days=1)
# Kept with a contact method, so that START knows what STOP has done.
STOPPED = gettext_noop("Its owner texted STOP; START switches it on again.")
# What an admin adds is paged without a code, so it has a limit of its own.
ADDED_FOR_OTHERS_A_DAY = 200


def clean_address(account: Account, kind: str, address: str) -> str:
    """Spell an address the one way in which it is kept. Raises ValidationError."""
    channel = next((c for c in channels.every() if c.kind == kind), None)
    if channel is None:
        raise ValidationError(_("This installation cannot send that."))
    if channel.is_companion:
        raise ValidationError(
            _("Link yourself in the chat; then add it on your profile.")
        )
    if not channel.is_typed:
        raise ValidationError(
            _("Add it on your profile, in the browser that shows the pushes.")
        )
    if channel.is_phone:
        return _phone(account, address)
    validate_email(address.strip())
    return address.strip().lower()


@transaction.atomic
def add(
    membership: Membership,
    *,
    kind: str,
    address: str,
    actor: Actor,
    at: datetime,
    label: str = "",
) -> ContactMethod:
    """Add a contact method; a member's own must be confirmed before it is paged.

    One that an admin adds is paged at once. Raises ValidationError for the address,
    Refused, and NotPermitted.
    """
    is_own = actor.user == membership
    if not is_own:
        actor.require("people")
        _allow_one_more(membership.account, at)
    method = _create(
        membership,
        kind=kind,
        address=clean_address(membership.account, kind, address),
        label=label,
        added_by_other=not is_own,
    )
    if _is_known(method):
        method.verified_at = at
        method.save(update_fields=["verified_at"])
    tolls.learn(membership.account, method.address)
    details = {"kind": kind, "address": method.masked}
    audit.record(actor, "added contact method", membership, at=at, details=details)
    return method


@transaction.atomic
def change(
    method: ContactMethod,
    *,
    actor: Actor,
    at: datetime,
    label: str | None = None,
    address: str | None = None,
) -> ContactMethod:
    """Change label or address; another address must be known anew, as in `add`.

    Raises ValidationError for the address, Refused, and NotPermitted.
    """
    is_own = actor.user == method.membership
    if not is_own:
        actor.require("people")
    if label is not None:
        method.label = label
    if address is not None:
        found = clean_address(method.account, method.kind, address)
        if found != method.address:
            if is_own:
                companions.keep_another(method)
            _readdress(method, found, is_own=is_own, at=at)
    try:
        with transaction.atomic():
            method.save()
    except IntegrityError:
        raise Refused(_("It is already in the list.")) from None
    details = {"kind": method.kind, "address": method.masked}
    audit.record(
        actor, "changed contact method", method.membership, at=at, details=details
    )
    return method


@transaction.atomic
def send_code(method: ContactMethod, *, at: datetime) -> None:
    """Send a fresh code, which voids earlier ones.

    An address that a provider has given up on gets another chance. Raises Refused for
    numbers that may cost, and quotas.Exhausted.
    """
    if companions.is_companion(method):
        raise Refused(_("It needs no code: link yourself in the chat again."))
    _refuse_costly(method)
    if method.disabled_at is not None and method.disabled_reason == STOPPED:
        raise Refused(_("Text START from this number first, because STOP was texted."))
    quotas.use("code", method, at=at)
    if method.disabled_at is not None:
        _give_another_chance(method)
    code = f"{secrets.randbelow(10**6):06}"
    method.verifications.filter(used_at=None).update(used_at=at)
    method.verifications.create(
        account=method.account,
        code_digest=_code_digest(method, code),
        expires_at=at + CODE_IS_VALID,
        attempts_left=CODE_ATTEMPTS,
    )
    channels.post(
        method.account,
        purpose="code",
        at=at,
        contact_method=method,
        content={"code": code},
    )


def is_waiting_for_code(method: ContactMethod, at: datetime) -> bool:
    """Say whether a code was sent that still counts."""
    return any(
        v.used_at is None and v.expires_at > at and v.attempts_left
        for v in method.verifications.all()
    )


def confirm(method: ContactMethod, code: str, *, actor: Actor, at: datetime) -> None:
    """Take the code that the person received. Raises Refused in words.

    A wrong code costs an attempt, which is kept although this raises.
    """
    _refuse_costly(method)
    sent = (
        method.verifications.select_for_update()
        .filter(used_at=None, expires_at__gt=at, attempts_left__gt=0)
        .first()
    )
    if sent is None:
        raise Refused(_("This code is no longer valid. Send a new one."))
    if not constant_time_compare(sent.code_digest, _code_digest(method, code)):
        sent.attempts_left -= 1
        sent.save(update_fields=["attempts_left"])
        raise Refused(_wrong_code(sent.attempts_left))
    sent.used_at = at
    sent.save(update_fields=["used_at"])
    _verify_everywhere(method, at)
    audit.record(actor, "confirmed contact method", method, at=at)


@transaction.atomic
def test(method: ContactMethod, *, at: datetime) -> None:
    """Send a test message.

    Raises Refused for what may not be paged or may cost, and quotas.Exhausted.
    """
    if not method.may_be_paged:
        raise Refused(_("Confirm it first; then you can test it."))
    _refuse_costly(method)
    quotas.use("test", method, at=at)
    channels.post(method.account, purpose="test", at=at, contact_method=method)
    method.last_tested_at = at
    method.save(update_fields=["last_tested_at"])


@transaction.atomic
def remove(method: ContactMethod, *, actor: Actor, at: datetime) -> None:
    """Remove it with its rules. Raises NotPermitted, and Refused if only companions
    would be left."""
    if actor.user != method.membership:
        actor.require("people")
    companions.keep_another(method)
    details = {"kind": method.kind, "address": method.masked}
    audit.record(
        actor, "removed contact method", method.membership, at=at, details=details
    )
    method.delete()


@transaction.atomic
def disable(method: ContactMethod, reason: str, *, at: datetime) -> None:
    """Page it no more: a provider says that it is no good, or its owner wants so.

    The person is told by what is left; if nothing is, the owners are. Asked inside
    the account's scope; what is switched off already stays as it is.
    """
    own = method.account.contact_methods.filter(pk=method.pk, disabled_at=None)
    if not own.update(disabled_at=at, disabled_reason=reason[:200]):
        return
    method.disabled_at, method.disabled_reason = at, reason
    details = {"kind": method.kind, "address": method.masked, "reason": reason}
    audit.record(
        Actor("engine"), "switched off contact method", method, at=at, details=details
    )
    losses.tell(method, at=at)


@transaction.atomic
def enable(method: ContactMethod, *, at: datetime) -> None:
    """Page it again, as it was; inside the account's scope."""
    method.disabled_at, method.disabled_reason = None, ""
    method.save(update_fields=["disabled_at", "disabled_reason"])
    audit.record(Actor("engine"), "switched on contact method", method, at=at)


def _phone(account: Account, address: str) -> str:
    try:
        number = phonenumbers.parse(address, account.country or None)
    except phonenumbers.NumberParseException:
        raise ValidationError(
            _("Enter a phone number with its country code, such as +49 30 1234567.")
        ) from None
    # Numbering plans change before our copy of them: a mobile's length is enough.
    is_mobile = phonenumbers.is_possible_number_for_type(
        number, phonenumbers.PhoneNumberType.MOBILE
    )
    if not is_mobile and not phonenumbers.is_valid_number(number):
        raise ValidationError(_("No phone can have this number. Check the digits."))
    found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    tolls.check(found, account.allowed_countries)
    return found


def _refuse_costly(method: ContactMethod) -> None:
    """Look again, for the account's countries may be others by now."""
    if not method.address.startswith("+"):
        return
    try:
        tolls.check(method.address, method.account.allowed_countries)
    except ValidationError as refusal:
        raise Refused(" ".join(refusal.messages)) from refusal


def _give_another_chance(method: ContactMethod) -> None:
    """Switch it on for the code alone: pages wait until the code has come back."""
    method.disabled_at, method.disabled_reason = None, ""
    method.verified_at, method.added_by_other = None, False
    method.save(
        update_fields=[
            "disabled_at",
            "disabled_reason",
            "verified_at",
            "added_by_other",
        ]
    )


def _allow_one_more(account: Account, at: datetime) -> None:
    added = account.contact_methods.filter(
        added_by_other=True, created_at__gt=at - DAY
    ).count()
    if added >= ADDED_FOR_OTHERS_A_DAY:
        raise Refused(_("Too many addresses were added for other people today."))


def _readdress(
    method: ContactMethod, address: str, *, is_own: bool, at: datetime
) -> None:
    if not is_own:
        _allow_one_more(method.account, at)
    # A code for the old address must not confirm the new one.
    method.verifications.filter(used_at=None).update(used_at=at)
    method.address = address
    method.added_by_other = not is_own
    method.disabled_at, method.disabled_reason = None, ""
    method.verified_at = None
    if _is_known(method):
        method.verified_at = at


def _create(membership: Membership, **fields: str | bool) -> ContactMethod:
    try:
        with transaction.atomic():
            return membership.contact_methods.create(
                account=membership.account, **fields
            )
    except IntegrityError:
        raise Refused(_("It is already in the list.")) from None


def _is_known(method: ContactMethod) -> bool:
    """Say whether the person has confirmed this address for another kind."""
    same = method.membership.contact_methods.filter(address=method.address)
    return any(other.verified_at for other in same)


def _verify_everywhere(method: ContactMethod, at: datetime) -> None:
    # What is proved is the number, so texts and calls to it are confirmed together.
    same = method.membership.contact_methods.filter(
        address=method.address, verified_at=None
    )
    same.update(verified_at=at)
    method.verified_at = at


def _code_digest(method: ContactMethod, code: str) -> str:
    # Six digits are quickly guessed from a bare hash, so the secret key joins in.
    digits = "".join(c for c in code if c.isdigit())
    return salted_hmac(
        f"code:{method.public_id}", digits, algorithm="sha256"
    ).hexdigest()


def _wrong_code(left: int) -> str:
    if not left:
        return _("That was not the code, and it is void now. Send a new one.")
    return _("That is not the code. Attempts left: %d.") % left
