"""What a frame holds: every node, the edges worth drawing, what happened."""

from threading import Event

import numpy as np
import pytest

import simcash
from simcash.core.world import Picture
from simcash.view.encodings import PAYMENTS, encoding_of
from simcash.view.feed import Feed
from simcash.view.frames import MOST_EDGES, MOST_EVENTS, Domains, Frames, Look, Pairs
from simcash.view.groups import grouping_of
from simcash.view.screen import Screen
from tests.core.fake_world import cups_source, open_cups

MUTUAL = {  # two banks without money owe each other
    "simulation": {"ticks_per_day": 6, "num_days": 1, "rng_seed": 1},
    "agents": [{"id": "A", "opening_balance": 0}, {"id": "B", "opening_balance": 0}],
    "scenario_events": [
        {"type": "CustomTransactionArrival", "from_agent": a, "to_agent": b, "amount": 100,
         "schedule": {"type": "OneTime", "tick": tick}}
        for tick, (a, b) in enumerate(("AB", "BA", "AB"))
    ],
}  # fmt: skip
HAPPENED = [  # kind of happening, a scenario where it happens, what says so in the stream of events
    ("settle", "week-with-shocks", ("RtgsImmediateSettlement", "Queue2LiquidityRelease", "EodBorrowing")),
    ("overdue", "week-with-shocks", ("TransactionWentOverdue",)),
    ("outage", "outage-day", ("OutageStarted",)),
    ("offset", MUTUAL, ("EntryDispositionOffset", "LsmBilateralOffset", "LsmNetting")),
    ("cycle", "gridlock-triangle", ("LsmCycleSettlement",)),
]


class Watched:
    """A simulation and what is drawn of it, without a thread."""

    def __init__(self, sim):
        self.sim = sim
        self.encoding = encoding_of(sim.world_name, sim.picture())
        self.feed = Feed(sim, self.encoding, Event())
        self.screen = Screen(sim, self.encoding, self.feed.picture)

    def live(self, since=None):
        return self.feed.live(self.sim.now - 1 if since is None else since, exact=True)

    def drawn(self, look):
        """Columns as bytes, and events without what counts them."""
        columns, dropped = self.screen.frames.columns(look)
        events, merged = self.screen.frames.events(look)
        return {name: values.tobytes() for name, values in columns.items()}, dropped, events, merged


@pytest.fixture
def watched(busy):
    return Watched(busy)


def test_a_frame_is_whole(watched):
    watched.sim.step(40)
    look = watched.live()
    columns, dropped = watched.screen.frames.columns(look)
    banks = len(watched.sim.world.ids)
    assert dropped == 0
    for name in ("balance", "available", "liquidity_left", "queued", "stress", "state", "sent_today"):
        assert columns[f"node.{name}"].size == banks
    assert columns["node.balance"].tolist() == watched.sim.banks["balance"].tolist()
    sizes = {values.size for name, values in columns.items() if name.startswith("edge.")}
    assert len(sizes) == 1
    for name in PAYMENTS.card:
        assert f"node.{name[0]}" in columns
    for channel in PAYMENTS.edge.values():
        assert f"edge.{channel.column}" in columns


@pytest.mark.parametrize("tick", [3, 40, 130, 300])
def test_edges_are_the_sums_that_sql_gives(watched, tick):
    sim = watched.sim
    sim.run(until=tick)
    columns, _ = watched.screen.frames.columns(watched.live())
    ids = sim.world.ids
    drawn = {
        (ids[int(s)], ids[int(t)]): (flow, owed)
        for s, t, flow, owed in zip(
            *(columns[f"edge.{n}"] for n in ("source", "target", "flow", "owed")), strict=True
        )
    }
    query = f"SELECT sender, receiver, sum(amount) FROM settlements WHERE tick >= {tick - 8} GROUP BY ALL"
    flows = {(sender, receiver): amount for sender, receiver, amount in sim.rows(query)}
    owed = {}
    for bank in ids:
        for row in sim.queue(bank).itertuples():
            owed[bank, row.receiver] = owed.get((bank, row.receiver), 0) + row.amount
    for row in sim.rtgs_queue().itertuples():
        owed[row.sender, row.receiver] = owed.get((row.sender, row.receiver), 0) + row.amount
    assert drawn == {pair: (flows.get(pair, 0), owed.get(pair, 0)) for pair in flows.keys() | owed.keys()}


def test_what_flowed_long_ago_is_less_fresh(watched):
    watched.sim.step(40)
    columns, _ = watched.screen.frames.columns(watched.live())
    fresh, flow = columns["edge.fresh"], columns["edge.flow"]
    assert ((fresh >= 0) & (fresh <= 1)).all()
    assert (fresh[flow > 0] >= 1 / 8).all()
    assert (fresh[flow == 0] == 0).all()


@pytest.mark.parametrize(("kind", "scenario", "named"), HAPPENED)
def test_happenings_are_those_of_the_events(kind, scenario, named):
    sim, counted = simcash.open(scenario, set={"simulation.lsm_enabled": True}), 0
    watched = Watched(sim)
    while not sim.done:
        sim.step()
        events, merged = watched.screen.frames.events(watched.live())
        assert merged == 0
        counted += sum(event["count"] for event in events if event["type"] == kind)
    listed = ", ".join(f"'{name}'" for name in named)
    happened = f"SELECT count(*) AS n FROM events WHERE kind IN ({listed}) AND bank IS NOT NULL"
    assert counted == sim.sql(f"{happened} AND (kind <> 'EodBorrowing' OR tx_id IS NOT NULL)")["n"].item() > 0


def test_nothing_is_lost_where_too_much_happens():
    sim = simcash.open("big-200-scarce")
    watched = Watched(sim)
    sim.run(until=20)
    look = watched.live(15)
    columns, dropped = watched.screen.frames.columns(look)
    assert columns["edge.source"].size == MOST_EDGES
    pairs = {*zip(look.flows["source"], look.flows["target"], strict=True)}
    pairs |= {*zip(look.picture.edges["source"], look.picture.edges["target"], strict=True)}
    assert dropped == len(pairs) - MOST_EDGES
    events, merged = watched.screen.frames.events(look)
    assert len(events) == MOST_EVENTS
    assert merged + sum(event["count"] for event in events) == look.moments["kind"].size
    assert {event["type"] for event in events} == {"settle", "queue", "overdue"}
    settled = sim.sql("SELECT sum(amount) AS n FROM settlements WHERE tick >= 15 GROUP BY sender, receiver")
    assert max(e["amount"] for e in events if e["type"] == "settle") == settled["n"].max()


def test_a_cycle_goes_round_in_its_order():
    frames = Frames(PAYMENTS, grouping_of(Picture({"id": np.array(list("ABCD"))}, {}), PAYMENTS))
    kind = frames.kinds.index("cycle")
    moments = {
        "kind": np.array([kind] * 5),
        "source": np.array([3, 0, 2, 1, 2]), "target": np.array([0, 2, 3, 2, 1]),
        "amount": np.array([5, 5, 6, 1, 1]), "group": np.array([8, 8, 8, 9, 9]),
    }  # fmt: skip
    events, merged = frames.events(Look(1, Picture({}, {}), {}, moments))
    assert events == [
        {"type": "cycle", "path": [0, 2, 3], "amount": 16, "count": 3},
        {"type": "cycle", "path": [1, 2], "amount": 2, "count": 2},
    ]
    assert merged == 0


def test_the_past_is_drawn_as_it_was(busy):
    watched, live = Watched(busy), {}
    for tick in range(1, 140):
        if tick == 30:
            assert busy.submit("ATLAS", "ECHO", 5_000_000, deadline_tick=90).accepted
        busy.step()
        if tick == 60:
            busy.post_collateral("DELTA", 1000)
        live[tick] = watched.drawn(watched.live())
    rows = busy.sql("SELECT count(*) AS n, max(tick) AS last FROM payments_log").values.tolist()
    for tick in (100, 28, 30, 31, 60, 61, 70, 71, 72, 9, 1, 130, 138):
        assert watched.drawn(watched.feed.at(tick, tick - 1)) == live[tick], tick
    assert busy.now == 139
    assert busy.sql("SELECT count(*) AS n, max(tick) AS last FROM payments_log").values.tolist() == rows
    late = Watched(busy)
    assert late.drawn(late.live()) == live[139]


def test_after_a_rewind_the_other_story_is_drawn(busy):
    watched = Watched(busy)
    busy.run(until=50)
    watched.live()
    busy.rewind(30)
    busy.submit("ATLAS", "ECHO", 9_000_000, deadline_tick=90)
    busy.run(until=33)
    fresh = Watched(busy)
    assert watched.drawn(watched.live()) == fresh.drawn(fresh.live())
    assert watched.drawn(watched.feed.at(31, 30)) == fresh.drawn(fresh.feed.at(31, 30))


def test_domains_never_shrink(busy):
    watched, before = Watched(busy), {}
    for _ in range(200):
        busy.step()
        look = watched.live()
        domains = watched.screen.domains.stretched(watched.screen.frames.columns(look)[0])
        for name, (low, top) in domains.items():
            assert low == 0
            assert top >= before.get(name, 0)
            assert top >= watched.screen.frames.columns(look)[0].get(f"node.{name}", np.zeros(1)).max()
            before[name] = top
    assert before["liquidity_left"] == 1


def test_domains_grow_in_round_steps():
    domains = Domains(PAYMENTS)
    tops = [
        domains.stretched({"node.queued": np.array([n])})["queued"][1] for n in (0, 3, 6, 7, 4, 900, 20_001)
    ]
    assert tops == [1, 5, 10, 10, 10, 1000, 50_000]


def test_pairs_are_made_few_as_numpy_does():
    keys = np.random.default_rng(1).integers(0, 100, 500)
    once, place = Pairs(10).few(keys)
    assert sorted(once) == np.unique(keys).tolist()
    assert (once[place] == keys).all()


def test_where_nothing_is_recorded_the_note_says_so():
    sim = simcash.open("three-banks", record="off")
    sim.run(until=20)
    watched = Watched(sim)
    columns, _ = watched.screen.frames.columns(watched.live())
    assert columns["edge.flow"].sum() == 0
    assert "records nothing" in watched.screen.structure["note"]


def test_a_world_without_an_encoding_is_drawn_by_its_numbers():
    from simcash.core.simulation import Simulation

    with Simulation(open_cups, cups_source()) as sim:
        watched = Watched(sim)
        sim.step(3)
        watched.screen.show(watched.live(0), {"tick": 3})
        assert watched.encoding.told()["node"]["size"]["column"] == "held"
        assert watched.screen.columns["node.held"].tolist() == list(sim.holdings.values())
        assert watched.screen.header["events"] == []
