"""How an app proves at the token endpoint that it is itself."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import unquote_plus

from integrations import app_secrets
from integrations.models import App


def sent(header: str, form: Mapping[str, str | None]) -> tuple[str, str]:
    """Read the id and secret that came, in the header or else in the body."""
    scheme, _space, coded = header.partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id") or "", form.get("client_secret") or ""
    try:
        text = base64.b64decode(coded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    name, _colon, secret = text.replace("\0", "").partition(":")
    return unquote_plus(name), unquote_plus(secret)


def is_proven(app: App, secret: str, *, at: datetime) -> bool:
    """Say whether the app has shown a secret of its own."""
    return not app.is_public_client and app_secrets.matches(app, secret, at=at)
