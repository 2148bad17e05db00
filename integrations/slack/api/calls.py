"""Calls a method of Slack, and sorts how it fails; for this package alone."""

import json
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from slack_sdk.errors import SlackApiError, SlackClientError

from integrations.chat.rooms import Failure
from integrations.slack.api import failures
from integrations.slack.api.transport import Lost, Transport

# After these nobody knows whether it happened, and a second time would show.
POSTING: Final = {"chat.postMessage", "conversations.create", "chat.postEphemeral"}


class Failed(Exception):
    """A method failed; for this package alone, which knows Slack's codes."""

    def __init__(self, code: str, failure: Failure) -> None:
        super().__init__(str(failure))
        self.code = code
        self.failure = failure


def call(
    token: str,
    method: str,
    given: Mapping[str, Any],
    *,
    seconds: float | None = None,
) -> dict[str, Any]:
    """Call a method with a token, or with none; raises Failed."""
    posts = method in POSTING
    try:
        answer = Transport(token, seconds=seconds).api_call(method, **_sent(given))
    except SlackApiError as error:
        answer = error.response
        said = answer.data if isinstance(answer.data, dict) else {}
        failure = failures.of(answer.status_code, said, answer.headers, posts=posts)
        raise Failed(str(said.get("error") or ""), failure) from None
    except Lost as lost:
        is_uncertain = posts and lost.is_sent
        failure = failures.unavailable(str(lost), is_uncertain=is_uncertain)
        raise Failed("", failure) from None
    except (SlackClientError, ValueError):
        failure = failures.unavailable(
            _("it gave no answer of its own"), is_uncertain=posts
        )
        raise Failed("", failure) from None
    return dict(answer.data) if isinstance(answer.data, dict) else {}


def _sent(given: Mapping[str, Any]) -> dict[str, Any]:
    """Put arguments into a form, which every method takes; what has parts is JSON."""
    shaped = {
        name: json.dumps(value) if isinstance(value, dict | list | tuple) else value
        for name, value in given.items()
    }
    return {"params": shaped}
