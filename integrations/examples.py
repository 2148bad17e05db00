"""Links and commands that a partner can copy, made from what the app has registered."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from accounts.models import Account
from integrations.models import App
from integrations.oauth import app_accounts, scopes

PLACEHOLDER = "https://tool.example/callback"


@dataclass(frozen=True, slots=True)
class Examples:
    """What fits the app; nothing where it does not do such a thing."""

    connect: str = ""
    install: str = ""
    authorize: str = ""
    token: str = ""
    refresh: str = ""
    # For an app that acts without a person.
    own_token: str = ""


def of(app: App, root: str) -> Examples:
    """Make the examples for an app, on the host that was called."""
    first = next(iter(app.redirect_uris.split()), PLACEHOLDER)
    return Examples(**_events(app, root, first), **_oauth(app, root, first))


def _events(app: App, root: str, address: str) -> dict[str, str]:
    if not app.has_events:
        return {}
    connect = {"vendor": app.vendor_key, "callback": address}
    install = {"app_id": app.client_id, "redirect_url": address, "version": "2"}
    return {
        "connect": f"{root}/connect?{_query(connect)}",
        "install": f"{root}/install/integration?{_query(install)}",
    }


def _oauth(app: App, root: str, address: str) -> dict[str, str]:
    if not app.kind:
        return {}
    asked = {
        "client_id": app.client_id,
        "redirect_uri": address,
        "response_type": "code",
        "scope": " ".join([scopes.OPENID, *sorted(scopes.allowed(app))]),
        "state": "STATE",
    }
    if app.is_scoped or app.is_public_client:
        asked |= {"code_challenge": "CHALLENGE", "code_challenge_method": "S256"}
    found = {
        "authorize": f"{root}/oauth/authorize?{_query(asked)}",
        "token": _token(app, root, address),
        "refresh": _command(
            root,
            {"grant_type": "refresh_token", "refresh_token": "REFRESH_TOKEN"}
            | _itself(app),
        ),
    }
    if app.is_scoped:
        found["own_token"] = _own_token(app, root)
    return found


def _token(app: App, root: str, address: str) -> str:
    fields = {"grant_type": "authorization_code", "code": "CODE"}
    fields |= {"redirect_uri": address} | _itself(app)
    if app.is_scoped or app.is_public_client:
        fields["code_verifier"] = "VERIFIER"
    return _command(root, fields)


def _own_token(app: App, root: str) -> str:
    # Of a public app it is whichever account agreed.
    account = app.account or Account(subdomain="SUBDOMAIN")
    scope = " ".join([app_accounts.spelled(account), *sorted(scopes.allowed(app))])
    fields = {"grant_type": "client_credentials", "scope": scope}
    return _command(root, fields | _itself(app))


def _itself(app: App) -> dict[str, str]:
    secret = {} if app.is_public_client else {"client_secret": "SECRET"}
    return {"client_id": app.client_id, **secret}


def _command(root: str, fields: dict[str, str]) -> str:
    lines = [f"  --data-urlencode '{name}={value}'" for name, value in fields.items()]
    return " \\\n".join([f"curl {root}/oauth/token", *lines])


def _query(parameters: dict[str, str]) -> str:
    # A colon means nothing here, and scopes have many.
    return urlencode(parameters, safe=":", quote_via=quote)
