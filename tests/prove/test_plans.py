"""What the seed decides, it decides again."""

from tests.prove import plans


def plan(seed: int, *, seconds: float = 120.0, rate: float = 10.0) -> plans.Plan:
    return plans.of(seed, seconds=seconds, rate=rate, services=12)


def test_the_same_seed_plans_the_same():
    assert plan(7) == plan(7)


def test_another_seed_plans_something_else():
    one, other = plan(7), plan(8)

    assert one.conversations != other.conversations
    assert one.faults != other.faults


def test_faults_do_not_depend_on_the_events():
    many = plan(7, rate=40.0)

    assert many.faults == plan(7).faults


def test_no_two_events_have_the_same_mark():
    steps = [step for c in plan(7).conversations for step in c.steps]

    marks = {event.mark for _pause, event in steps}

    assert len(marks) == len(steps)


def test_about_as_many_events_are_sent_as_were_asked_for():
    steps = [step for c in plan(7).conversations for step in c.steps]

    assert 900 < len(steps) < 1500


def test_a_conversation_begins_with_a_trigger_and_keeps_to_its_key():
    for conversation in plan(7).conversations:
        events = [event for _pause, event in conversation.steps]
        assert events[0].action == "trigger"
        assert len({event.dedup_key for event in events}) == 1


def test_each_kind_of_fault_comes_in_ten_minutes():
    faults = plan(7, seconds=600.0).faults

    assert {fault.kind for fault in faults} == set(plans.FAULTS)


def test_there_are_calm_times_between_faults():
    faults = plan(7).faults

    assert all(fault.at % plans.CYCLE < plans.STORMY for fault in faults)
    assert plans.STORMY < plans.CYCLE
