"""What an API caller reads when a request fails: one shape for every reason."""

import logging
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

import msgspec
from django.core import exceptions as django_errors
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import Http404, HttpResponse
from django.utils import timezone
from rest_framework import exceptions as rest_errors
from rest_framework.response import Response

from accounts import quotas
from accounts.onboarding import Refused
from incidents import catalogue, states
from integrations.webhooks import refusals as webhook_refusals
from oncall.refusals import InUse, NotAllowed

logger = logging.getLogger(__name__)

INVALID = "Invalid Input Provided"


class ApiError(Exception):
    """A failure with its status, the documented code and message, and sentences."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *errors: str,
        headers: dict[str, str] | None = None,
        members: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = list(errors)
        self.headers = headers or {}
        # What a few errors say besides.
        self.members = members or {}

    @property
    def body(self) -> dict[str, Any]:
        """The documented shape; `errors` is there always, as clients expect a list."""
        error = {"message": self.message, "code": self.code, "errors": self.errors}
        return {"error": {**error, **self.members}}


def invalid(*sentences: str) -> ApiError:
    """Refuse what was sent, in words."""
    return ApiError(400, 2001, INVALID, *sentences)


def unauthenticated(sentence: str, *, scheme: str = "Token") -> ApiError:
    """Refuse a caller whom we do not know."""
    headers = {"WWW-Authenticate": f'{scheme} realm="api"'}
    return ApiError(401, 2006, "Authentication failed", sentence, headers=headers)


def denied(sentence: str) -> ApiError:
    """Refuse a caller who may not do this."""
    return ApiError(403, 2010, "Access Denied", sentence)


def not_found(sentence: str = "There is nothing at this address.") -> ApiError:
    """Say that nothing is there, in the same words for what belongs to others."""
    return ApiError(404, 2100, "Not Found", sentence)


def of(error: Exception) -> ApiError:
    """Say any exception in the API's shape; one that nobody foresaw is logged."""
    if isinstance(error, ApiError):
        return error
    for kinds, say in _KNOWN:
        if isinstance(error, kinds):
            return say(error)
    logger.error("A request of the API failed", exc_info=error)
    return ApiError(500, 2000, "Internal Server Error", "Something went wrong here.")


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """Answer a view's exception; what REST framework calls."""
    found = of(error)
    return Response(found.body, status=found.status, headers=found.headers)


def response(error: ApiError) -> HttpResponse:
    """Answer an error that no view met."""
    content = msgspec.json.encode(error.body)
    return HttpResponse(
        content, "application/json", error.status, headers=error.headers
    )


def _refused(error: Any) -> ApiError:
    return invalid(str(error))


def _exhausted(error: Any) -> ApiError:
    """Say when there is room again."""
    seconds = max(1, int((error.again_at - timezone.now()).total_seconds()))
    headers = {"Retry-After": str(seconds)}
    return ApiError(429, 2020, "Rate Limit Exceeded", str(error), headers=headers)


def _in_use(error: Any) -> ApiError:
    names = ", ".join(str(user) for user in error.users)
    return invalid(f"{error} {names}".strip())


def _validation(error: Any) -> ApiError:
    return invalid(*_sentences(error.detail))


def _model_validation(error: Any) -> ApiError:
    if not hasattr(error, "error_dict"):
        return invalid(*error.messages)
    if any(
        _is_taken_name(inner) for inner in error.error_dict.get(NON_FIELD_ERRORS, [])
    ):
        return invalid("Name has already been taken")
    return invalid(*_sentences(error.message_dict))


def _is_taken_name(error: Any) -> bool:
    return "name" in (error.params or {}).get("unique_check", ())


def _sentences(detail: Any, name: str = "") -> Iterator[str]:
    """Spell out nested errors, each with the name of what is wrong."""
    if isinstance(detail, dict):
        for key, inner in detail.items():
            # Errors of a list come by their places in it.
            is_nameless = key in {NON_FIELD_ERRORS, "non_field_errors"}
            is_nameless = is_nameless or isinstance(key, int)
            yield from _sentences(inner, name if is_nameless else _label(key))
    elif isinstance(detail, list | tuple):
        for inner in detail:
            yield from _sentences(inner, name)
    else:
        yield _sentence(name, str(detail))


def _label(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _sentence(name: str, words: str) -> str:
    if not name or words.startswith(name):
        return words
    if words.startswith("This field"):
        return words.replace("This field", name, 1)
    return f"{name}: {words}"


def _not_found(error: Any) -> ApiError:
    return not_found()


def _not_permitted(error: Any) -> ApiError:
    return denied(str(error) or "This is not allowed.")


def _rest(error: Any) -> ApiError:
    if isinstance(error, rest_errors.MethodNotAllowed):
        return ApiError(405, 2015, "Method Not Allowed", str(error.detail))
    message = HTTPStatus(error.status_code).phrase
    return ApiError(error.status_code, 2001, message, str(error.detail))


_KNOWN: list[tuple[tuple[type[Exception], ...], Callable[[Any], ApiError]]] = [
    ((rest_errors.ValidationError,), _validation),
    ((django_errors.ValidationError,), _model_validation),
    ((Http404, django_errors.ObjectDoesNotExist), _not_found),
    ((django_errors.PermissionDenied,), _not_permitted),
    ((InUse,), _in_use),
    ((quotas.Exhausted,), _exhausted),
    (
        (
            Refused,
            catalogue.Refused,
            webhook_refusals.Refused,
            NotAllowed,
            states.NotAllowed,
        ),
        _refused,
    ),
    ((django_errors.SuspiciousOperation,), _refused),
    ((rest_errors.APIException,), _rest),
]
