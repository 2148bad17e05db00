"""Why a change of the configuration is refused, in words fit for a person."""

from collections.abc import Sequence


class NotAllowed(Exception):
    """The change cannot be made any more; the words say why."""


class InUse(Exception):
    """Something else needs it still; `users` holds the rows that do."""

    def __init__(self, words: str, users: Sequence[object]) -> None:
        super().__init__(words)
        self.users = users
