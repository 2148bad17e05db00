"""Slack's client on connections of our own: each answer is over in time, and nobody's
proxy sees it."""

import functools
import logging
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final

import requests
from django.conf import settings
from django.utils.translation import gettext as _
from slack_sdk import WebClient
from urllib3.exceptions import (
    ConnectTimeoutError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from integrations import deadlines

CONNECT_SECONDS: Final = 3.0
FORM: Final = "application/x-www-form-urlencoded"
LONGEST_ANSWER: Final = 8 * 1024 * 1024
SENDERS: Final = 16
# Of the urllib3 errors, those after which nothing can have arrived.
UNSENT: Final = (ConnectTimeoutError, NewConnectionError, SSLError)

# The package tells what was sent and what came back.
_logger = logging.getLogger("integrations.slack.requests")
_logger.setLevel(logging.CRITICAL)


class Lost(Exception):
    """There was no answer, or none of a web server that speaks for Slack.

    `is_sent` means that the request may have arrived.
    """

    def __init__(self, why: str, *, is_sent: bool) -> None:
        super().__init__(why)
        self.is_sent = is_sent


class Transport(WebClient):
    """The package's client for SLACK_API_BASE: Slack, a proxy or a double."""

    def __init__(self, token: str = "", *, seconds: float | None = None) -> None:
        super().__init__(
            token or None,
            base_url=f"{settings.SLACK_API_BASE}/api/",
            retry_handlers=[],
            logger=_logger,
        )
        self.seconds = min(seconds or settings.PROVIDER_TIMEOUT, _most())
        # The package looks for one in the environment.
        self.proxy = None

    def _perform_urllib_http_request(
        self, *, url: str, args: dict[str, dict[str, Any]]
    ) -> dict[str, Any]:
        """Send what the package has put together. Raises Lost."""
        headers = dict(args["headers"])
        given: dict[str, Any] = {"data": args["params"]}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        if args["json"]:
            given = {"json": args["json"]}
            headers["Content-Type"] = "application/json; charset=utf-8"
        status, found, body = post(url, seconds=self.seconds, headers=headers, **given)
        if status < requests.codes.multiple_choices and not body.startswith("{"):
            raise Lost(_("it gave no answer of its own"), is_sent=True)
        # Whatever page came with an error, only its status counts.
        is_page = not body.startswith("{")
        return {"status": status, "headers": found, "body": "{}" if is_page else body}


def post(url: str, *, seconds: float, **given: Any) -> tuple[int, dict[str, str], str]:
    """Post something; this will return the status, the headers and the body.

    Raises Lost, whose words name no address.
    """
    try:
        with _session().post(
            url,
            timeout=(min(CONNECT_SECONDS, seconds), seconds),
            allow_redirects=False,
            stream=True,
            **given,
        ) as answer:
            return answer.status_code, dict(answer.headers), _read(answer)
    except (requests.RequestException, OSError) as error:
        # Its words would carry the address, and with it perhaps a secret.
        is_sent = _is_sent(error)
        raise Lost(_why(error, is_sent=is_sent), is_sent=is_sent) from None


def _most() -> float:
    return float(settings.PROVIDER_TIMEOUT)


@functools.cache
def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    # Workspaces share it, so it must remember nothing.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        session.mount(scheme, deadlines.Adapter(pool_maxsize=SENDERS))
    return session


def _read(answer: requests.Response) -> str:
    content = b""
    for part in answer.iter_content(64 * 1024):
        content += part
        if len(content) > LONGEST_ANSWER:
            raise Lost(_("its answer was too long"), is_sent=True)
    return content.decode(errors="replace")


def _why(error: Exception, *, is_sent: bool) -> str:
    if not is_sent:
        return _("it could not be reached")
    cause = error.args[0] if error.args else None
    if isinstance(error, requests.Timeout | TimeoutError) or isinstance(
        cause, ReadTimeoutError
    ):
        return _("it did not answer in time")
    return _("the connection broke off")


def _is_sent(error: Exception) -> bool:
    """Say whether it can have arrived; whoever cannot connect sends nothing."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return not (
        isinstance(error, requests.ConnectTimeout) or isinstance(reason, UNSENT)
    )
