"""Direct messages in Slack: beside other ways, never the only one."""

from django.utils.translation import gettext_noop

from accounts import channels
from integrations import borrowed
from integrations.chat import rooms
from integrations.models import SlackWorkspace
from integrations.slack.api import client, failures
from integrations.slack.direct_messages import direct, paging, reach


class Slack:
    """Writes to a person whom a link names, with buttons to answer."""

    kind = paging.KIND
    label = gettext_noop("Slack")
    is_phone = False
    is_typed = False
    is_companion = True

    def send(self, address: str, message: channels.Message) -> channels.Sent:
        """Post the message; this will return where it is.

        Raises TemporaryFailure, PermanentFailure, or AddressGone when the workspace is
        not connected any more or the person is not in it.
        """
        team_id, user_id = paging.parts(address)
        workspace, letter = reach.workspace(team_id), direct.compose(message)
        try:
            with borrowed.connected():
                return _post(workspace, user_id, letter)
        except rooms.Limited as failure:
            raise channels.TemporaryFailure(
                str(failure), retry_after=failure.retry_after
            ) from failure
        except rooms.Unavailable as failure:
            raise channels.TemporaryFailure(str(failure)) from failure
        except failures.NotFound as failure:
            raise channels.AddressGone(str(failure)) from failure
        except rooms.Failure as failure:
            raise channels.PermanentFailure(str(failure)) from failure


def _post(
    workspace: SlackWorkspace, user_id: str, letter: direct.Letter
) -> channels.Sent:
    slack = client.of(workspace)
    channel = slack.open_dm(user_id)
    stamp = slack.post_message(channel, letter.text, letter.blocks)
    return channels.Sent(f"{channel}/{stamp}", paging.KIND)


channels.register(Slack())
