"""What Slack's refusals mean for a room, in words that a person understands."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.chat.rooms import Broken, Failure, Gone, Limited, Refused, Unavailable
from integrations.messages import one_line, shortened

# When Slack does not say for how long.
USUAL_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(days=1)
TOO_MANY, SERVER_ERROR = 429, 500


class NameTaken(Refused):
    """There is a channel of that name, perhaps an archived or a private one."""


class NotFound(Refused):
    """Whom or what was asked for does not exist in the workspace."""


class TooLate(Refused):
    """The person's press is more than three seconds ago, so no form can be opened."""


# Our access to the whole workspace is over.
LOST: Final[Mapping[str, str | Promise]] = {
    "token_revoked": gettext_lazy("Slack has taken our access away: it was revoked."),
    "token_expired": gettext_lazy("Slack has taken our access away: it has expired."),
    "invalid_auth": gettext_lazy("Slack does not accept our access any more."),
    "not_authed": gettext_lazy("Slack does not accept our access any more."),
    "account_inactive": gettext_lazy(
        "OnCall was removed from the workspace, or the workspace was deleted."
    ),
}
# Somebody has to do something in Slack, or connect the workspace again.
BROKEN: Final[Mapping[str, str | Promise]] = {
    **LOST,
    "is_archived": gettext_lazy("The channel is archived in Slack."),
    "channel_not_found": gettext_lazy(
        "Slack does not show us the channel: it was deleted, or it is private and"
        " OnCall has not been invited to it."
    ),
    "not_in_channel": gettext_lazy(
        "OnCall is not in the channel. Invite it there with /invite @OnCall."
    ),
    "restricted_action": gettext_lazy(
        "The workspace's settings do not let OnCall do that there."
    ),
    "ekm_access_denied": gettext_lazy(
        "The workspace's admins have suspended posting there (Enterprise Key"
        " Management)."
    ),
    "team_access_not_granted": gettext_lazy(
        "Slack has not given us access to this workspace. Connect it again."
    ),
    "org_login_required": gettext_lazy(
        "The workspace is being moved within its organisation in Slack."
    ),
    "no_permission": gettext_lazy("Slack does not let OnCall do that there."),
    "access_denied": gettext_lazy("Slack does not let OnCall do that there."),
    "user_disabled": gettext_lazy("This person's account in Slack is deactivated."),
    "cannot_dm_bot": gettext_lazy("Slack lets nobody write to this account."),
    "messages_tab_disabled": gettext_lazy(
        "OnCall's Slack app takes no direct messages: its messages tab is off."
    ),
}
GONE: Final = {
    *("message_not_found", "thread_not_found", "cant_update_message"),
    *("edit_window_closed", "expired_url", "used_url"),
}
NOT_FOUND: Final = {
    *("users_not_found", "user_not_found", "no_such_subteam", "not_found"),
    *("subteam_not_found", "user_not_visible"),
}
TOO_LATE: Final = {
    *("expired_trigger_id", "exchanged_trigger_id", "trigger_exchanged"),
    "invalid_trigger_id",
}
LATER: Final = {
    *("internal_error", "fatal_error", "service_unavailable", "request_timeout"),
    *("team_added_to_org", "rollup_error", "external_service_error"),
}
WAIT: Final = {"ratelimited", "rate_limited", "message_limit_exceeded"}


def of(
    status: int, said: Mapping[str, object], headers: Mapping[str, str], *, posts: bool
) -> Failure:
    """Return the failure that an answer stands for; `posts` where a second attempt
    would show a second message."""
    code = one_line(str(said.get("error") or ""))[:60]
    if status == TOO_MANY or code in WAIT:
        # Slack counts by method and workspace, and does not say which one it was.
        return Limited(
            _("Slack asks us to wait: too much was sent."),
            retry_after=_wait(headers),
            is_wide=True,
        )
    if status >= SERVER_ERROR or code in LATER:
        what = code or f"HTTP {status}"
        words = _("it had an error of its own (%(what)s)") % {"what": what}
        return unavailable(words, is_uncertain=posts)
    return _refusal(code, said) if code else _strange(status)


def unavailable(why: str, *, is_uncertain: bool) -> Unavailable:
    """Return the failure for an answer that did not come, or was none."""
    words = _("Slack could not take it now: %(why)s.") % {"why": shortened(why, 120)}
    return Unavailable(words, is_uncertain=is_uncertain)


def _refusal(code: str, said: Mapping[str, object]) -> Failure:
    if code == "missing_scope":
        return Broken(_missing(said))
    if code.startswith("restricted_action"):
        return Broken(str(BROKEN["restricted_action"]))
    if code in BROKEN:
        return Broken(str(BROKEN[code]))
    words = _("Slack refused it: %(code)s.") % {"code": code}
    if code in GONE:
        return Gone(words)
    if code in NOT_FOUND:
        return NotFound(words)
    if code in TOO_LATE:
        return TooLate(_("Slack gave us no time to open a form. Press it again."))
    return NameTaken(words) if code == "name_taken" else Refused(words)


def _missing(said: Mapping[str, object]) -> str:
    needed = one_line(str(said.get("needed") or ""))
    words = _("Slack has not allowed us that yet: %(scope)s. Reconnect the workspace.")
    return words % {"scope": shortened(needed, 60)}


def _strange(status: int) -> Failure:
    """Judge an answer without a word of Slack's; not every 4xx is its own."""
    words = _("it answered %(status)d") % {"status": status}
    return unavailable(words, is_uncertain=False)


def _wait(headers: Mapping[str, str]) -> timedelta:
    found = {name.lower(): value for name, value in headers.items()}
    text = str(found.get("retry-after", "")).strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        return USUAL_WAIT
    return min(max(timedelta(seconds=int(text)), timedelta(seconds=1)), LONGEST_WAIT)
