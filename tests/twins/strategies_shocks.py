"""Random liquidity saving and random shocks for the scenarios of strategies.py."""

from random import Random

from hypothesis import strategies as st

DURATIONS = st.integers(1, 4)


def algorithms():
    modes = st.sampled_from(["all_or_nothing", "fifo_prefix", "lookahead"])
    return st.one_of(
        st.sampled_from(
            ["fifo_retry", "bilateral", "cycles", "partial_netting", {"type": "partial_netting"}]
        ),
        st.builds(lambda mode: {"type": "bilateral", "mode": mode}, modes),
        st.builds(lambda n: {"type": "bilateral", "mode": "lookahead", "lookahead": n}, st.integers(1, 3)),
        st.builds(lambda n: {"type": "cycles", "max_length": n}, st.integers(3, 5)),
        st.builds(lambda n: {"type": "max_value", "max_queue": n}, st.integers(1, 8)),
    )


@st.composite
def savings(draw):
    """Which algorithms, how often; T2's sequence instead of a list; offsets at submission."""
    config = {
        "enable_bilateral": draw(st.sampled_from([True, True, False])),
        "enable_cycles": draw(st.sampled_from([True, True, False])),
        "max_cycle_length": draw(st.integers(3, 5)),
        "max_cycles_per_tick": draw(st.sampled_from([0, 1, 2, 10])),
        "max_iterations": draw(st.integers(1, 3)),
    }
    found = {"entry_disposition_offsetting": draw(st.sampled_from([False, False, True]))}
    kind = draw(st.sampled_from(["default", "config", "list", "list", "sequence"]))
    if kind == "default":
        return found
    if kind == "list":
        config["algorithms"] = draw(st.lists(algorithms(), min_size=1, max_size=3))
    return found | {"lsm_config": config, "algorithm_sequencing": kind == "sequence"}


@st.composite
def crowds(draw, ids):
    """Many payments at once, of amounts that often match."""
    seed, count = draw(st.integers(0, 2**32)), draw(st.integers(0, 20))
    chance = Random(seed)
    tick = {"type": "OneTime", "tick": draw(st.integers(0, 1))}
    return [arrival_by_chance(chance, ids, tick) for _ in range(count)]


def arrival_by_chance(chance, ids, tick):
    payer, paid = chance.sample(ids, 2)
    return {
        "type": "CustomTransactionArrival", "from_agent": payer, "to_agent": paid,
        "amount": chance.choice([5, 7, 10, 10, 10, 20]), "deadline": chance.randint(1, 12),
        "priority": chance.choice([1, 5, 9]), "schedule": tick,
    }  # fmt: skip


def shock_kinds(ids):
    """One strategy per type of shock."""
    bank, several = st.sampled_from(ids), st.sampled_from([*ids, "all"])
    return [
        st.builds(lambda b, x: {"type": "CollateralAdjustment", "agent": b, "delta": x}, bank, changes()),
        st.builds(lambda b, c: {"type": "CreditLimitChange", "agent": b, **c}, several, credit_changes()),
        st.builds(lambda b, h: {"type": "HaircutChange", "agent": b, "haircut": h}, several, parts()),
        *(outages(kind) for kind in ("SystemOutage", "LsmOutage")),
        st.builds(participant_outage, bank, st.sampled_from(["send", "receive", "both", None]), DURATIONS),
        st.builds(
            lambda n, d: {"type": "CapacityLimit", "max_settlements_per_tick": n, "duration": d},
            st.integers(0, 3),
            DURATIONS,
        ),
        squeezes(several),
        margin_calls(ids),
        st.builds(lambda b, p: {"type": "LiquidityFractionChange", "agent": b, "fraction": p}, bank, parts()),
    ]


def changes():
    return st.sampled_from([-50, -7, 0, 20, 100])


def parts():
    return st.sampled_from([0, 0.02, 0.29, 0.5, 1])


def credit_changes():
    return st.one_of(
        st.sampled_from([{"new_cap": 0}, {"new_cap": 60}, {"multiplier": 0.29}, {"multiplier": 1.5}]),
        st.builds(lambda x: {"delta": x}, changes()),
    )


def outages(kind):
    return st.builds(
        lambda d: {"type": kind} | ({} if d is None else {"duration": d}), st.one_of(st.none(), DURATIONS)
    )


def participant_outage(bank, direction, duration):
    found = {"type": "ParticipantOutage", "agent": bank, "duration": duration}
    return found if direction is None else found | {"direction": direction}


@st.composite
def squeezes(draw, several):
    amount = st.builds(lambda x: {"amount": x}, st.sampled_from([1, 10, 40]))
    fraction = st.builds(lambda p: {"fraction": p}, parts())
    found = {"type": "LiquiditySqueeze", "agent": draw(several), **draw(st.one_of(amount, fraction))}
    return found | draw(st.one_of(st.just({}), st.builds(lambda d: {"duration": d}, DURATIONS)))


@st.composite
def margin_calls(draw, ids):
    caller, other = draw(st.permutations(ids))[:2]
    found = {"type": "MarginCall", "agent": caller, "amount": draw(st.sampled_from([1, 10, 60]))}
    to_a_bank = st.builds(
        lambda d: {"to_agent": other} | ({} if d is None else {"deadline": d}),
        st.one_of(st.none(), st.integers(1, 5)),
    )
    return found | draw(st.one_of(st.just({}), to_a_bank, to_a_bank))
