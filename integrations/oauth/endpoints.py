"""The doors that apps call themselves: token, revoke, introspect and userinfo."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import redis
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import tenancy
from integrations import app_calls, counting
from integrations.models import App
from integrations.oauth import bearers, clients, id_tokens
from integrations.oauth.server import Core

SECRETS = ("client_secret", "code", "code_verifier", "refresh_token", "token")
# Of these a minute the app's log tells.
MOST_FAILURES = 30
# What no cache may keep.
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}

Answer = tuple[Any, Mapping[str, str], str, int]


@csrf_exempt
@sensitive_post_parameters(*SECRETS)
def token(request: HttpRequest) -> HttpResponse:
    """`/oauth/token`: a code, a refresh token or an app's secret becomes a token."""
    return _answer(request, "token", lambda core: core.create_token_response(request))


@csrf_exempt
@sensitive_post_parameters(*SECRETS)
def revoke(request: HttpRequest) -> HttpResponse:
    """`/oauth/revoke`: an app gives a token back."""
    return _answer(
        request, "revoke", lambda core: core.create_revocation_response(request)
    )


@csrf_exempt
@sensitive_post_parameters(*SECRETS)
def introspect(request: HttpRequest) -> HttpResponse:
    """`/oauth/introspect`: an app asks what became of a token of its own."""
    return _answer(
        request, "introspect", lambda core: core.create_introspection_response(request)
    )


@csrf_exempt
@require_http_methods(["GET", "POST"])
def userinfo(request: HttpRequest) -> HttpResponse:
    """`/oauth/userinfo`: an app asks who the person is."""
    at = timezone.now()
    with tenancy.all_accounts():
        found = bearers.authenticate(bearers.sent(request), at=at)
        if found is None or found.delegation.membership is None:
            headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            refusal = {"error": "invalid_token"}
            return JsonResponse(refusal, status=401, headers=headers | NO_STORE)
        return JsonResponse(id_tokens.person(found.delegation), headers=NO_STORE)


def _answer(
    request: HttpRequest, call: str, ask: Callable[[Core], Answer]
) -> HttpResponse:
    """Answer as the protocol says, and tell the app's log how it ended."""
    if refusal := _refusal(request):
        return refusal
    with tenancy.all_accounts():
        _uri, headers, body, status = ask(Core())
        _log(request, call, body, status)
    response = HttpResponse(body, "application/json", status, headers=NO_STORE)
    for name, value in headers.items():
        response[name] = value
    return response


def _refusal(request: HttpRequest) -> HttpResponse | None:
    """Refuse what the protocol's reader would stumble over."""
    problem, status = "", 400
    if request.method != "POST":
        problem, status = "Send a POST.", 405
    elif any("\0" in value for _name, given in request.POST.lists() for value in given):
        problem = "A parameter holds a character that none may have."
    if not problem:
        return None
    body = {"error": "invalid_request", "error_description": problem}
    headers = NO_STORE | ({"Allow": "POST"} if status == 405 else {})
    return JsonResponse(body, status=status, headers=headers)


def _log(request: HttpRequest, call: str, body: str, status: int) -> None:
    """Write the call to the log of the app that it says it is from."""
    header = request.headers.get("Authorization", "")
    named, _secret = clients.sent(header, request.POST)
    app = App.objects.filter(client_id=named).first()
    if app is None or (status >= 400 and _is_flood(app)):
        return
    answer: dict[str, Any] = json.loads(body) if body else {}
    made = bearers.find(answer.get("access_token", ""))
    app_calls.record(
        app,
        account=made.account if made else app.account,
        at=timezone.now(),
        call=f"{call} {request.POST.get('grant_type', '')}".strip(),
        status=status,
        detail=_detail(answer),
    )


def _is_flood(app: App) -> bool:
    """Say whether somebody fails so often that nobody needs to read of it again.

    Whoever knows an app's id, which is no secret, can fail in its name.
    """
    try:
        [failed] = counting.add([f"oauth:{app.pk}:failed"], timezone.now())
    except redis.RedisError:
        return True
    return failed > MOST_FAILURES


def _detail(answer: dict[str, Any]) -> str:
    """Say what was wrong, in the words that the app was told too."""
    if "error" not in answer:
        return ""
    return ": ".join(filter(None, [answer["error"], answer.get("error_description")]))
