"""Keeps texts and calls away from numbers that cost whoever sends to them."""

from collections.abc import Sequence

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from phonenumbers import PhoneNumber, PhoneNumberType

from accounts import channels
from accounts.models import Account

# Their owners are paid for what is sent there, or pass it on somewhere else.
COSTLY = {
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.UAN,
    PhoneNumberType.VOICEMAIL,
    PhoneNumberType.PERSONAL_NUMBER,
}
# What the plan calls country codes without a country: satellites, networks, 979.
NOWHERE = "001"


def country_of(number: PhoneNumber) -> str:
    """Return the ISO code of a number's country, or nothing where it has none."""
    if region := phonenumbers.region_code_for_number(number):
        return region
    # A number of a plan newer than our copy: its country is known if only one has
    # the code.
    regions = phonenumbers.region_codes_for_country_code(number.country_code or 0)
    return regions[0] if len(regions) == 1 else ""


def country(address: str) -> str:
    """Return the country of an address in E.164 form, or nothing."""
    try:
        return country_of(phonenumbers.parse(address))
    except phonenumbers.NumberParseException:
        return ""


def check(address: str, allowed: Sequence[str] = ()) -> None:
    """Refuse what may cost, and countries that are not allowed; nothing else.

    Without a list every country is allowed. Raises ValidationError in words.
    """
    number = phonenumbers.parse(address)
    region = country_of(number)
    if region == NOWHERE or phonenumbers.number_type(number) in COSTLY:
        raise ValidationError(
            _("Numbers of this kind cost extra, so they are not texted or called.")
        )
    if allowed and region not in allowed:
        raise ValidationError(_not_allowed(region))


def check_message(address: str, message: channels.Message) -> None:
    """Look again right before a code or a test leaves; pages always leave.

    Raises channels.PermanentFailure.
    """
    if not isinstance(message, channels.Code | channels.Test):
        return
    try:
        check(address, message.countries)
    except (ValidationError, phonenumbers.NumberParseException) as refusal:
        words = getattr(refusal, "messages", [str(refusal)])
        raise channels.PermanentFailure(" ".join(words)) from refusal


def learn(account: Account, address: str) -> None:
    """Let the first number say which country the account is in, if nothing else has."""
    if account.allowed_countries:
        return
    region = country(address) if address.startswith("+") else ""
    if region and region != NOWHERE:
        account.allowed_countries = [region]
        account.save(update_fields=["allowed_countries"])


def _not_allowed(region: str) -> str:
    words = _("This account does not text or call numbers of this country (%s).")
    hint = _("An admin can allow the country in the settings.")
    return f"{words % (region or '?')} {hint}"
