"""Whatever comes through a door, nothing falls over."""

from hypothesis import given
from hypothesis import strategies as st

from integrations.mattermost import presses
from integrations.telegram import groups, layout, updates

WORDS = ("message", "callback_query", "chat", "from", "id", "text", "data", "context")
MORE = ("reply_to_message", "message_id", "migrate_to_chat_id", "user_id", "trigger_id")
NAMES = st.sampled_from((*WORDS, *MORE))
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text())
SAID = st.recursive(
    LEAVES | st.sampled_from(["/connect", "/who@x y", "a:b:c"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner),
    max_leaves=20,
)


@given(st.dictionaries(NAMES, SAID))
def test_telegram_may_tell_us_anything(said):
    update = updates.read(said)

    if update is not None:
        assert isinstance(groups.is_call(update), bool)
        assert all(len(str(value)) <= 4096 for value in update.as_json().values())
        layout.read(update.text)


@given(SAID)
def test_mattermost_may_tell_us_anything(said):
    found = presses.read(said)

    assert found is None or found.trigger
