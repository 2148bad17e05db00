"""How the verbs of webhooks refuse."""


class Refused(Exception):
    """Webhooks cannot be set up like this; the words are fit for a person."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        # Which of the values it is about, for a form; blank for all of them.
        self.field = field
