"""The queue of chats: what is due to be shown; and the names of its tasks."""

from datetime import timedelta
from typing import Final

# The tasks that send what is due, and that answer what came in.
SEND: Final = "integrations.send_chats"
ANSWER: Final = "integrations.answer_chats"
# The one that looks after what else follows us in Slack: links, topics, channels.
FOLLOW: Final = "integrations.work_slack"
# So long a change is tried, before it is given up.
KEPT: Final = timedelta(hours=48)
