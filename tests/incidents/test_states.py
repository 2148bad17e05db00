"""Every pair of a verb and a status is decided."""

import pytest

from incidents import states
from incidents.models.incident import Status

REFUSED = {
    ("repeat", "resolved"),
    ("acknowledge", "resolved"),
    ("unacknowledge", "triggered"),
    ("unacknowledge", "resolved"),
    ("resolve", "resolved"),
    ("reopen", "triggered"),
    ("reopen", "acknowledged"),
    ("escalate", "resolved"),
    ("reassign", "resolved"),
    ("snooze", "resolved"),
    ("change_urgency", "resolved"),
    ("merge", "resolved"),
    ("merged", "resolved"),
    ("auto_resolve", "resolved"),
    ("ack_timeout", "triggered"),
    ("ack_timeout", "resolved"),
    ("snooze_ended", "triggered"),
    ("snooze_ended", "resolved"),
}


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("verb", states.TRANSITIONS)
def test_a_verb_leads_to_a_status_or_is_refused_in_words(verb, status):
    if (verb, status) in REFUSED:
        with pytest.raises(states.NotAllowed, match="You cannot"):
            states.after(verb, status)
    else:
        assert states.after(verb, status) in Status.values
    assert states.may(verb, status) is ((verb, status) not in REFUSED)
