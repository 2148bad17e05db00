"""What any client may read about us before it begins (OpenID Connect Discovery)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from integrations.oauth import id_tokens, keys, scopes

# Holds no secret and depends on no cookie, so any site's page may read it.
OPEN = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=3600"}


@require_safe
def configuration(request: HttpRequest) -> JsonResponse:
    """`/.well-known/openid-configuration`: where everything is, and what we speak."""
    return JsonResponse(_metadata(), headers=OPEN)


@require_safe
def jwks(request: HttpRequest) -> JsonResponse:
    """`/global/oauth/anonymous/jwks`: the keys by which id tokens are checked."""
    return JsonResponse({"keys": keys.published()}, headers=OPEN)


def _metadata() -> dict[str, Any]:
    issuer = id_tokens.issuer()
    authenticated = ["client_secret_post", "client_secret_basic"]
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + reverse("oauth_authorize"),
        "token_endpoint": issuer + reverse("oauth_token"),
        "userinfo_endpoint": issuer + reverse("oauth_userinfo"),
        "revocation_endpoint": issuer + reverse("oauth_revoke"),
        "introspection_endpoint": issuer + reverse("oauth_introspect"),
        "jwks_uri": issuer + reverse("oauth_jwks"),
        "service_documentation": f"{issuer}/api/docs",
        "scopes_supported": list(scopes.ALL),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [
            "authorization_code",
            "refresh_token",
            "client_credentials",
        ],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [keys.ALGORITHM],
        "token_endpoint_auth_methods_supported": [*authenticated, "none"],
        "revocation_endpoint_auth_methods_supported": [*authenticated, "none"],
        "introspection_endpoint_auth_methods_supported": authenticated,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "prompt_values_supported": ["none", "consent"],
        "claims_supported": [
            *("iss", "sub", "aud", "exp", "nbf", "iat", "jti", "auth_time", "nonce"),
            *("acr", "amr", "azp", "at_hash", "sid", "purpose", "delegation_id"),
            *("account_id", "user_id", "subdomain", "region"),
            *("name", "email", "zoneinfo"),
        ],
        "region": settings.REGION,
    }
