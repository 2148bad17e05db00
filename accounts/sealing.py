"""Seals what we keep of other systems' secrets, so that a stolen table holds none."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class Broken(Exception):
    """What is kept was sealed with a key that ENCRYPTION_KEYS does not name."""


def seal(text: str) -> str:
    """Encrypt a text with the first key; this will never give the same twice."""
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Decrypt a text with whichever key sealed it. Raises Broken."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Broken("sealed with a key that ENCRYPTION_KEYS does not name") from None


def _keys() -> MultiFernet:
    try:
        found = [Fernet(key) for key in settings.ENCRYPTION_KEYS]
    except ValueError as error:
        raise ImproperlyConfigured("ENCRYPTION_KEYS holds what is no key.") from error
    if not found:
        raise ImproperlyConfigured(
            "Missing in the environment: ENCRYPTION_KEYS. .env.example explains it."
        )
    return MultiFernet(found)
