"""The parts of the protocol that we speak, put together from oauthlib's."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from oauth2_provider.oauth2_backends import OAuthLibCore
from oauthlib.common import Request
from oauthlib.oauth2 import (
    AuthorizationCodeGrant,
    AuthorizationEndpoint,
    BearerToken,
    ClientCredentialsGrant,
    IntrospectEndpoint,
    InvalidClientError,
    RefreshTokenGrant,
    RevocationEndpoint,
    TokenEndpoint,
)

from integrations.oauth import id_tokens, keys, pairs, tokens
from integrations.oauth.validator import Validator, check_challenge, keep_original


class Server(
    AuthorizationEndpoint, TokenEndpoint, RevocationEndpoint, IntrospectEndpoint
):
    """Codes, renewals and apps' own tokens; nothing else of OAuth."""

    def __init__(self) -> None:
        rules = Validator()
        bearer = BearerToken(rules, tokens.new_access, _seconds, tokens.new_refresh)
        code = AuthorizationCodeGrant(rules, pre_auth=[check_challenge])
        refresh = RefreshTokenGrant(rules, post_token=[keep_original])
        own = ClientCredentialsGrant(rules)
        for grant in (code, refresh):
            grant.register_token_modifier(_complete)
        own.register_token_modifier(_in_small_letters)
        AuthorizationEndpoint.__init__(self, "code", bearer, {"code": code})
        grants = {
            "authorization_code": code,
            "refresh_token": refresh,
            "client_credentials": own,
        }
        TokenEndpoint.__init__(self, "authorization_code", bearer, grants)
        RevocationEndpoint.__init__(self, rules)
        IntrospectEndpoint.__init__(self, rules)

    def validate_introspect_request(self, request: Request) -> None:
        """Answer only apps that have shown a secret."""
        super().validate_introspect_request(request)
        if request.client.is_public_client:
            raise InvalidClientError(request=request)


class Core(OAuthLibCore):
    """Turns Django's requests into oauthlib's."""

    def __init__(self) -> None:
        super().__init__(Server())

    def _get_escaped_full_path(self, request: HttpRequest) -> str:
        # Spelled anew: oauthlib fails on what is no proper encoding.
        query = request.GET.urlencode()
        return f"{request.path}?{query}" if query else request.path

    def read_authorization(
        self, request: HttpRequest
    ) -> tuple[list[str], dict[str, Any]]:
        """Read what an app asks a person for; raises oauthlib's errors."""
        uri, _method, _body, headers = self._extract_params(request)
        found: tuple[list[str], dict[str, Any]] = (
            self.server.validate_authorization_request(uri, "GET", "", headers)
        )
        return found

    def answer_authorization(
        self, request: HttpRequest, scopes: list[str], credentials: dict[str, Any]
    ) -> str:
        """Make a code; this will return the app's address with it."""
        uri, _method, _body, headers = self._extract_params(request)
        answer, _body, _status = self.server.create_authorization_response(
            uri, "GET", "", headers, scopes=scopes, credentials=credentials
        )
        return str(answer["Location"])

    def create_introspection_response(
        self, request: HttpRequest
    ) -> tuple[None, dict[str, str], str, int]:
        """Tell an app about a token, in the form of the package's other answers."""
        found, text, status = self.server.create_introspect_response(
            *self._extract_params(request)
        )
        return None, found, text, status

    def extract_body(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Return what was posted, with the digest of a code instead of the code."""
        return [
            (name, tokens.digest(value) if name == "code" else value)
            for name, values in request.POST.lists()
            for value in values
        ]


def _seconds(request: Request) -> int:
    return pairs.seconds(request, at=timezone.now())


def _complete(token: Any, handler: Any, request: Request) -> Any:
    """Add what an app learns of the person, and of the account."""
    token["client_info"] = request.client.public_id
    if keys.is_there():
        token["id_token"] = id_tokens.make(
            request.delegation,
            at=timezone.now(),
            access_token=token["access_token"],
            session=request.session_claims | {"sid": request.family.hex},
        )
    return _in_small_letters(token)


def _in_small_letters(token: Any) -> Any:
    # Clients of the original compare it letter by letter.
    token["token_type"] = str(token["token_type"]).lower()
    return token
