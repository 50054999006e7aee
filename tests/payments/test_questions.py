"""What a policy was asked in a tick, what it answered, and the numbers that it compared."""

from hypothesis import given, settings

import simcash
from simcash.payments.policies import (
    field,
    hold,
    hold_collateral,
    no_action,
    policy,
    post_collateral,
    register,
    release,
    set_state,
    when,
    withdraw_collateral,
    withdraw_from_rtgs,
)
from simcash.payments.questions import comparisons, questions
from tests.payments.table import scenario
from tests.twins.strategies import plays

TOLD = "SELECT tree, tx_id, action, path FROM policy_decisions WHERE tick = ? AND bank = ? ORDER BY seq"


def text(way):
    """A way as the view `policy_decisions` has it."""
    return " > ".join(
        node if answer is None else f"{node} {'yes' if answer else 'no'}" for node, answer in way
    )


@settings(max_examples=25, deadline=None)
@given(plays(record=("full",), trees=True, saving=True, shocks=True))
def test_questions_are_those_on_record_and_comparisons_lead_where_the_engine_went(play):
    sim = simcash.open(play.data).run(until=4)
    for tick in range(sim.now):
        for bank in sim.world.ids:
            _, asked = questions(sim, bank, tick)
            told = [(q.tree, q.tx_id, q.action, text(q.way) or None) for q in asked]
            assert told == sim.rows(TOLD, [tick, bank])
            for question in asked:
                agrees(question, comparisons(sim, bank, question))


def agrees(question, steps):
    """The last comparison of each node says what the node answered."""
    if not question.way:
        return
    passed = [node for node, _ in question.way[:-1]]
    named = list(dict.fromkeys(step.node_id for step in steps))
    failed = question.reason == "EvalError"  # then the last node may have compared something, or nothing
    assert named == passed or (failed and named == [node for node, _ in question.way])


def steps(sim, bank, tick, tree):
    _, asked = questions(sim, bank, tick)
    (question,) = [q for q in asked if q.tree == tree]
    return [(s.node_id, s.left, s.right, s.result) for s in comparisons(sim, bank, question)]


def follower(**trees):
    return {"type": "InlineJson", "json_string": policy("p", **trees).to_json()}


def test_each_tree_is_told_with_what_it_saw_in_its_own_step():
    """The strategic tree pledges before the bank's tree looks, and that before the payment's."""
    posted = field("posted_collateral")
    trees = follower(
        strategic_collateral=when(posted < 30, node_id="s")
        .then(post_collateral(30)).otherwise(hold_collateral()),
        bank=when(posted == 30, node_id="b").then(set_state("calm", 5)).otherwise(no_action()),
        payment=when(register("calm") == 5, node_id="p").then(release()).otherwise(hold()),
        end_of_tick_collateral=when(field("balance") < 100, node_id="e")
        .then(withdraw_collateral(10)).otherwise(hold_collateral()),
    )  # fmt: skip
    agents = {"A": {"policy": trees, "max_collateral_capacity": 50}}
    sim = simcash.open(scenario("A 100 | B 0", "@0 A 40 B", agents=agents)).run(until=1)
    assert steps(sim, "A", 0, "strategic_collateral_tree") == [("s", 0, 30, True)]
    assert steps(sim, "A", 0, "bank_tree") == [("b", 30, 30, True)]
    assert steps(sim, "A", 0, "payment_tree") == [("p", 5, 5, True)]
    assert steps(sim, "A", 0, "end_of_tick_collateral_tree") == [("e", 60, 100, True)]


def test_a_question_about_the_central_queue_is_answered_by_what_was_seen_before_it():
    """The second payment is looked at after the first was taken back, and the bank looks once for both."""
    mine = field("queue2_count_for_agent")
    payment = when(field("is_in_queue2") == 1, node_id="there").then(
        when(mine > 0, node_id="many").then(withdraw_from_rtgs()).otherwise(hold())
    ).otherwise(release())  # fmt: skip
    agents = {"A": {"policy": follower(payment=payment)}}
    sim = simcash.open(scenario("A 0 | B 0", "@0 A 40 B | @0 A 50 B", agents=agents)).run(until=2)
    _, asked = questions(sim, "A", 1)
    assert [(q.tx_id, q.action) for q in asked] == [(0, "WithdrawFromRtgs"), (1, "WithdrawFromRtgs")]
    seen = [[(s.node_id, s.left) for s in comparisons(sim, "A", q)] for q in asked]
    assert seen[0] == [("there", 1), ("many", 2)]
    assert seen[1][0] == ("there", 1)


def test_a_built_in_policy_has_comparisons_and_no_way():
    agents = {"A": {"policy": {"type": "Deadline", "urgency_threshold": 2}}}
    sim = simcash.open(scenario("A 0 | B 0", "@0 A 40 B by 8", agents=agents)).run(until=1)
    followed, (question,) = questions(sim, "A", 0)
    assert (followed.type, question.action, question.way) == ("Deadline", "Hold", ())
    assert [s.expression for s in comparisons(sim, "A", question)][
        -1
    ] == "ticks_to_deadline <= urgency_threshold"


def test_the_policy_is_the_one_of_that_tick():
    sim = simcash.open(scenario("A 0 | B 0", "@0 A 40 B by 8")).run(until=1)
    sim.set_policy("A", "Deadline")
    sim.step()
    assert [questions(sim, "A", tick)[0].type for tick in (0, 1)] == ["Fifo", "Deadline"]
