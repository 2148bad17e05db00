"""An app's side of OAuth, spelled by hand so that each step can go wrong."""

import base64
import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.test import Client

from accounts.permissions import Actor
from integrations import app_secrets
from integrations.models import App
from tests.factories import NOON
from tests.integrations.api import contract

CALLBACK = "https://tool.example/oauth/callback"
VERIFIER = "a-verifier-that-only-the-app-knows-0123456789abcdef"
SCOPES = "incidents.read incidents.write users.read services.read"


def challenge(verifier: str = VERIFIER) -> str:
    """Hash a verifier as PKCE has it."""
    digest = sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@dataclass
class Partner:
    """An app with its secret, and the browser of nobody."""

    app: App
    secret: str = ""
    client: Client = field(default_factory=Client)

    @property
    def has_pkce(self) -> bool:
        return self.app.is_scoped or self.app.is_public_client

    def link(self, **changes: Any) -> str:
        """Spell the address that the app sends people to; None leaves one out."""
        parameters = {
            "client_id": self.app.client_id,
            "redirect_uri": self.app.redirect_uris.split()[0],
            "response_type": "code",
            "scope": "read write" if not self.app.is_scoped else SCOPES,
            "state": "x y&z",
        }
        if self.has_pkce:
            parameters |= {
                "code_challenge": challenge(),
                "code_challenge_method": "S256",
            }
        return "/oauth/authorize?" + _query(parameters | changes)

    def asks(self, client: Client, decision="allow", account=None, **changes: Any):
        """Have the person press a button on the page; returns the answer."""
        url = self.link(**changes)
        page = client.get(url)
        if page.status_code != 200:
            return page
        initial = page.context["form"].initial["account"]
        form = {"decision": decision, "account": account or initial}
        return client.post(url, form)

    def code(self, client: Client, **changes: Any) -> str:
        """Have the person agree; returns the code."""
        answer = self.asks(client, **changes)
        assert answer.status_code == 302, answer.content
        return query_of(answer)["code"]

    def posts(self, path="token", **fields: Any):
        """Call a door of OAuth with the app's id and secret; None leaves one out."""
        form = {"client_id": self.app.client_id, "client_secret": self.secret or None}
        sent = {k: v for k, v in (form | fields).items() if v is not None}
        return self.client.post(f"/oauth/{path}", sent)

    def exchanges(self, code: str, /, **fields: Any):
        """Turn a code into tokens."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.app.redirect_uris.split()[0],
            "code_verifier": VERIFIER if self.has_pkce else None,
        }
        return self.posts(**(form | fields))

    def renews(self, refresh_token: str, /, **fields: Any):
        """Turn a refresh token into new tokens."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self.posts(**(form | fields))

    def signs_in(self, scope: str, /, **fields: Any):
        """Ask for a token of its own."""
        return self.posts(grant_type="client_credentials", scope=scope, **fields)

    def tokens(self, client: Client, **changes: Any) -> dict[str, Any]:
        """Have the person agree, and get the tokens."""
        answer = self.exchanges(self.code(client, **changes))
        assert answer.status_code == 200, answer.content
        return answer.json()


def partner(name="Lighthouse", kind="scoped", account=None, **fields: Any) -> Partner:
    """Register an app; a public one, unless an account is named."""
    is_public_client = fields.get("client_type") == App.CLIENT_PUBLIC
    values = {
        "redirect_uris": CALLBACK,
        "client_type": App.CLIENT_CONFIDENTIAL,
        "authorization_grant_type": App.GRANT_AUTHORIZATION_CODE,
        "scopes": SCOPES if kind == "scoped" else "",
    }
    app = App.objects.create(name=name, kind=kind, account=account, **values | fields)
    if is_public_client:
        return Partner(app)
    _row, secret = app_secrets.add(app, actor=Actor("operator"), at=NOON)
    return Partner(app, secret)


def query_of(answer) -> dict[str, str]:
    """Take the app's part of a redirect apart."""
    found = parse_qs(urlsplit(answer["Location"]).query)
    assert all(len(values) == 1 for values in found.values()), found
    return {name: values[0] for name, values in found.items()}


def call(token: str, path="/users/me", method="get", body: Any = None, **headers: str):
    """Call the API with a token; this will check the answer's shape."""
    extra = {"content_type": "application/json"} if method != "get" else {}
    answer = getattr(Client(), method)(
        f"/api{path}",
        json.dumps(body) if body is not None else None,
        headers={"authorization": f"Bearer {token}", **headers},
        **extra,
    )
    contract.check(method, path, answer)
    return answer


def _query(parameters: dict[str, Any]) -> str:
    kept = {k: v for k, v in parameters.items() if v is not None}
    return "&".join(f"{name}={_quoted(value)}" for name, value in kept.items())


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in str(text).encode())
