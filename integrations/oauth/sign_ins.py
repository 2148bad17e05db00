"""What is known of how a person signed in, for the id token."""

from typing import Any

from django.http import HttpRequest

# As allauth names ways to sign in, and as RFC 8176 does.
METHODS = {"password": "pwd", "mfa": "otp", "code": "otp", "recovery_codes": "otp"}


def described(request: HttpRequest) -> dict[str, Any]:
    """Say when and how the person of this session signed in."""
    ways = request.session.get("account_authentication_methods", [])
    methods = {METHODS.get(way.get("method", ""), "user") for way in ways}
    if len(methods - {"user"}) > 1:
        methods.add("mfa")
    last = getattr(request.user, "last_login", None)
    found: dict[str, Any] = {
        "amr": sorted(methods),
        "acr": "2" if "mfa" in methods else "1",
    }
    return found | ({"auth_time": int(last.timestamp())} if last else {})
