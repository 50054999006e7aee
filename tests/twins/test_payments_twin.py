"""The engine against its slow twin: every table, row for row and cent for cent, over random scenarios."""

from types import SimpleNamespace

import pytest
import yaml
from hypothesis import given, settings

from simcash.payments.tables import payment_tables, policy_decisions_table
from tests.twins.runs import perform
from tests.twins.strategies import plays


@settings(max_examples=300)
@given(plays())
def test_the_engine_agrees_with_the_twin(play):
    compare(play)


@settings(max_examples=300)
@given(plays(saving=True))
def test_the_engine_saves_liquidity_as_the_twin_does(play):
    compare(play)


@settings(max_examples=300)
@given(plays(shocks=True))
def test_the_engine_feels_shocks_as_the_twin_does(play):
    compare(play)


@settings(max_examples=300)
@given(plays(saving=True, shocks=True))
def test_liquidity_saving_heeds_outages_as_the_twins_does(play):
    compare(play)


@settings(max_examples=200)
@given(plays(saving=True, shocks=True))
def test_the_engine_saves_liquidity_in_spite_of_shocks_as_the_twin_does(play):
    compare(play)


@settings(max_examples=300)
@given(plays(trees=True))
def test_the_engine_follows_trees_as_the_twin_does(play):
    compare(play)


@settings(max_examples=200)
@given(plays(trees=True, saving=True, shocks=True))
def test_the_engine_follows_trees_through_shocks_and_saves_liquidity(play):
    compare(play)


@settings(max_examples=50)
@given(plays(saving=True, shocks=True))
def test_the_twin_writes_the_declared_columns(play):
    twin = perform("twin", play)
    for table in declared(play):
        for row in twin.rows(table.name):
            assert tuple(row) == table.names
            assert not [c.name for c in table.columns if row[c.name] is None and not c.nullable]
            assert all(row[c.name] in c.labels for c in table.columns if c.labels and row[c.name] is not None)


LISTS = {  # and the discipline of the queue
    "cycles": (["bilateral", "cycles"], {}),
    "longer": ([{"type": "bilateral", "mode": "fifo_prefix"}, {"type": "cycles", "max_length": 6}], {}),
    "netting": (["cycles", "partial_netting"], {"priority_mode": True}),
    "strict": (["cycles", "partial_netting"], {"queue2_discipline": "strict_fifo"}),
    "deferred": (["bilateral", "cycles"], {"crediting": "deferred"}),
}


@pytest.mark.parametrize("name", LISTS)
def test_the_engine_searches_what_changed_in_two_scarce_days_as_the_twin_searches_all(name):
    for seed in range(3):
        compare(SimpleNamespace(data=scarce(seed, *LISTS[name]), actions=[], stops=[7, 13]))


def scarce(seed, algorithms, discipline):
    """Six banks that begin with less than a payment's worth of money, so that much waits throughout."""
    arrivals = {
        "rate_per_tick": 1.0,
        "amount_distribution": {"type": "LogNormal", "mean": 100, "std_dev": 100},
        "deadline_range": [5, 20],
    }
    banks = [{"id": f"B{k}", "opening_balance": 60, "arrival_config": arrivals} for k in range(6)]
    simulation = {"ticks_per_day": 12, "num_days": 2, "rng_seed": seed}
    saving = {"lsm_config": {"algorithms": algorithms}, **discipline}
    return {"name": "scarce", "record": "full", "simulation": simulation, "agents": banks, **saving}


def compare(play):
    twin, engine = perform("twin", play), perform("engine", play)
    assert twin.done == engine.done, play
    for table in declared(play):
        expected, found = (in_order(run.rows(table.name), table, play) for run in (twin, engine))
        if expected != found:
            raise AssertionError(difference(table, expected, found, play))


def declared(play):
    tables = payment_tables(tuple(agent["id"] for agent in play.data["agents"]))
    return [policy_decisions_table(()) if table.name == "decisions" else table for table in tables]


def in_order(rows, table, play):
    """The rows as both must agree on them: an order that the rules leave free is made one."""
    place = {None: -1} | {agent["id"]: place for place, agent in enumerate(play.data["agents"])}
    if table.name == "settlements":
        rows = sets_in_order(rows)
    if table.name == "payments":
        rows = changes([row | {"settled_seq": row["settled_seq"] is not None} for row in rows])
    key = ORDER.get(table.name, lambda row: [place.get(row[name], row[name]) for name in table.order])
    ordered = sorted(rows, key=key)
    if table.name not in ORDER:
        return ordered
    return [{name: value for name, value in row.items() if name != "seq"} for row in ordered]


def changes(rows):
    """Without rows that repeat the one before: what changed and changed back within a tick."""
    known, found = {}, []
    for row in rows:
        said = {name: value for name, value in row.items() if name not in ("tick", "seq")}
        if known.get(row["tx_id"]) != said:
            known[row["tx_id"]] = said
            found.append(row)
    return found


def sets_in_order(rows):
    """Payments of a set settle at one moment; among themselves they are put in order of creation."""
    first = {}
    for row in rows:
        first.setdefault(row["set_id"], row["seq"])

    def moment(row):
        return row["seq"] if row["set_id"] is None else first[row["set_id"]]

    return sorted(rows, key=lambda row: (row["tick"], moment(row), row["tx_id"]))


ORDER = {  # test_payments_laws has what seq itself must obey
    "payments": lambda row: (row["tick"], row["tx_id"]),
    "settlements": lambda row: row["tick"],
    "sets": lambda row: (row["tick"], row["seq"]),
    "lsm_runs": lambda row: (row["tick"], row["seq"]),
    "costs": lambda row: (row["tick"], row["bank"], row["kind"], row["tx_id"] or 0, row["amount"]),
    "liquidity": lambda row: (row["tick"], row["bank"], row["seq"]),
    "limits": lambda row: (row["tick"], row["seq"]),
    "notices": lambda row: (row["tick"], row["kind"], *notice_order(row)),
}


def notice_order(row):
    """Scenario events happen in the order of their list; other notices of a step, in any."""
    if row["event"]:
        return (row["seq"],)
    return row["bank"] or "", -1 if row["tx_id"] is None else row["tx_id"], row["amount"]


def difference(table, expected, found, play):
    """The first row that differs, and everything needed to see it again."""
    at = next((i for i, (a, b) in enumerate(zip(expected, found, strict=False)) if a != b), None)
    if at is None:
        at = min(len(expected), len(found))
    first, second = (rows[at] if at < len(rows) else None for rows in (expected, found))
    changed = [key for key in first if first[key] != second[key]] if first and second else "a row is missing"
    return (
        f"{table.name}, row {at}: {changed}\n  twin:   {first}\n  engine: {second}\n"
        f"stops: {play.stops}\nactions: {play.actions}\n"
        + yaml.safe_dump(play.data, sort_keys=False, default_flow_style=None, width=110)
    )
