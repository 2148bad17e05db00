"""What oauthlib asks us while it follows the protocol: who, what for, is it good."""

import json
import re
from typing import Any

from django.utils import timezone
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749 import errors

from integrations.models import App, Delegation
from integrations.oauth import (
    addresses,
    app_accounts,
    clients,
    codes,
    delegations,
    introspection,
    pairs,
    scopes,
)

LONGEST_NONCE = 255
# A SHA-256 in base64, as PKCE spells it.
_CHALLENGE = re.compile(r"^[A-Za-z0-9_-]{43}$")


def check_challenge(request: Request) -> dict[str, Any]:
    """Do nothing, or raise for a PKCE challenge that protects nobody."""
    if request.code_challenge is not None:
        if request.code_challenge_method != "S256":
            raise errors.UnsupportedCodeChallengeMethodError(
                description="Send code_challenge_method=S256.", request=request
            )
        if not _CHALLENGE.match(request.code_challenge):
            raise _invalid("code_challenge is not the hash of a verifier.", request)
    if len(request.nonce or "") > LONGEST_NONCE:
        raise _invalid("The nonce is too long.", request)
    return {}


def keep_original(request: Request) -> None:
    """Renew no more than the token was good for, without an error as at first."""
    before = request.refresh_token_instance.scope.split()
    request.scopes = scopes.granted(request.scopes, set(before) - {scopes.OPENID})


class Validator(OAuth2Validator):
    """Our answers; asked in `all_accounts()`, and codes come as digests."""

    def authenticate_client(self, request: Request, *_: Any, **__: Any) -> bool:
        """Say whether an app has shown a secret of its own."""
        form = {"client_id": request.client_id, "client_secret": request.client_secret}
        header = request.headers.get("Authorization", "")
        client_id, secret = clients.sent(header, form)
        app = self._load_application(client_id, request)
        return app is not None and clients.is_proven(app, secret, at=timezone.now())

    def is_pkce_required(self, client_id: str, request: Request) -> bool:
        """Say whether the app must prove that a code is its own."""
        return bool(request.client.is_scoped or request.client.is_public_client)

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: App, *_: Any, **__: Any
    ) -> bool:
        """Let only scoped apps with a secret act for themselves."""
        if grant_type == "client_credentials":
            return client.is_scoped and not client.is_public_client
        return grant_type in {"authorization_code", "refresh_token"}

    def validate_response_type(
        self, client_id: str, response_type: str, *_: Any, **__: Any
    ) -> bool:
        """Answer with codes only."""
        return response_type == "code"

    def validate_redirect_uri(
        self, client_id: str, redirect_uri: str, request: Request, *_: Any, **__: Any
    ) -> bool:
        """Say whether the app may have its answer there."""
        app: App = request.client
        known = app.redirect_uris.split()
        return addresses.is_registered(
            redirect_uri, known, any_port=app.is_public_client
        )

    def get_default_redirect_uri(self, *_: Any, **__: Any) -> None:
        """Have apps always say where they want their answer."""
        return

    def validate_scopes(
        self,
        client_id: str,
        scopes: list[str],
        client: App,
        request: Request,
        *_: Any,
        **__: Any,
    ) -> bool:
        """Keep what the app may have; raises for an account not open to it."""
        if request.grant_type == "client_credentials":
            _let_the_app_in(client, scopes, request)
        else:
            _keep_allowed(client, scopes, request)
        return True

    def _create_authorization_code(
        self, request: Request, code: dict[str, str], expires: Any = None
    ) -> None:
        codes.keep(code["code"], request, at=timezone.now())

    def validate_code(
        self,
        client_id: str,
        code: str,
        client: App,
        request: Request,
        *_: Any,
        **__: Any,
    ) -> bool:
        """Find the code; one that was used before ends what was made from it."""
        grant = codes.find(code, client, at=timezone.now())
        if grant is None:
            return False
        request.code_grant, request.delegation = grant, grant.delegation
        request.user, request.scopes = grant.user, grant.scope.split()
        request.family = grant.family
        nonce = {"nonce": grant.nonce} if grant.nonce else {}
        request.session_claims = json.loads(grant.claims) | nonce
        return True

    def get_code_challenge(self, code: str, request: Request) -> str | None:
        """Return the PKCE challenge that came with the code's request."""
        return request.code_grant.code_challenge or None

    def get_code_challenge_method(self, code: str, request: Request) -> str | None:
        """Say how the challenge was made."""
        return request.code_grant.code_challenge_method or None

    def confirm_redirect_uri(
        self,
        client_id: str,
        code: str,
        redirect_uri: str,
        client: App,
        request: Request,
        *_: Any,
        **__: Any,
    ) -> bool:
        """Raise unless the code was sent there."""
        if redirect_uri != request.code_grant.redirect_uri:
            raise errors.InvalidGrantError(
                description="The code was sent to another redirect_uri.",
                request=request,
            )
        return True

    def invalidate_authorization_code(
        self, client_id: str, code: str, request: Request, *_: Any, **__: Any
    ) -> None:
        """Remember that the code was used."""
        request.code_grant.used_at = timezone.now()
        request.code_grant.save(update_fields=["used_at"])

    def validate_refresh_token(
        self, refresh_token: str, client: App, request: Request, *_: Any, **__: Any
    ) -> bool:
        """Find the token; one that was used before ends all that came from it."""
        found = pairs.find_refresh(refresh_token, client, at=timezone.now())
        if found is None:
            return False
        request.refresh_token_instance, request.family = found, found.token_family
        request.user, request.delegation = found.user, found.delegation
        request.session_claims = {}
        return True

    def get_original_scopes(
        self, refresh_token: str, request: Request, *_: Any, **__: Any
    ) -> str:
        """Say what the token that is renewed was good for."""
        return str(request.refresh_token_instance.scope)

    def is_within_original_scope(
        self,
        wanted: list[str],
        refresh_token: str,
        request: Request,
        *_: Any,
        **__: Any,
    ) -> bool:
        """Let an app ask for anything; `keep_original` drops what it never had."""
        return True

    def _save_bearer_token(
        self, token: dict[str, Any], request: Request, *_: Any, **__: Any
    ) -> None:
        pairs.keep(token, request, at=timezone.now())

    def revoke_token(
        self, token: str, token_type_hint: str, request: Request, *_: Any, **__: Any
    ) -> None:
        """End a token of the app's, whatever the hint."""
        pairs.end(token, request.client)

    def introspect_token(
        self, token: str, token_type_hint: str, request: Request, *_: Any, **__: Any
    ) -> dict[str, Any] | None:
        """Tell an app about a token of its own."""
        return introspection.describe(token, request.client, at=timezone.now())

    def is_origin_allowed(self, *_: Any, **__: Any) -> bool:
        """Let no other site's page read an answer with a token in it."""
        return False


def _keep_allowed(app: App, wanted: list[str], request: Request) -> None:
    request.scopes = scopes.granted(wanted, scopes.allowed(app))


def _let_the_app_in(app: App, wanted: list[str], request: Request) -> None:
    """Have the app act for itself in the account that it names, if that is open."""
    account = app_accounts.wanted(wanted)
    found: Delegation | None = (
        delegations.of_the_app(app, account, at=timezone.now()) if account else None
    )
    if account is None or found is None or not delegations.is_alive(found):
        raise errors.InvalidScopeError(
            description="Name one account that lets this app act for itself, such as"
            " as_account-us.acme. An admin of that account authorizes the app first.",
            request=request,
        )
    agreed = scopes.allowed(app)
    if app.account_id is None:
        agreed &= set(found.scope.split())
    # Nobody signs in: that scope stands for "nothing else" here.
    mine = scopes.granted(wanted, agreed)[1:] or [scopes.OPENID]
    request.delegation, request.user = found, None
    request.scopes = [app_accounts.spelled(account), *mine]


def _invalid(sentence: str, request: Request) -> errors.InvalidRequestError:
    return errors.InvalidRequestError(description=sentence, request=request)
