"""One face for two runs of the same scenario, the slow twin's and the engine's: rows as dicts of names."""

import json

from simcash.core.tables import MISSING
from tests.twins.payments import Twin


class TwinRun:
    """The slow twin."""

    def __init__(self, data):
        self.twin = Twin(data)
        self.step = self.twin.step
        self.submit = self.twin.submit

    def act(self, type, **terms):
        """Whether it was done."""
        verbs = {
            "Submit": self.twin.submit,
            "PostCollateral": self.twin.post_collateral,
            "WithdrawCollateral": self.twin.withdraw_collateral,
            "SetPolicy": self.twin.set_policy,
        }
        return verbs[type](**terms) is not False

    def rows(self, table):
        if table == "sets":  # as it is stored: banks and payments are told by the settlements
            known = ("banks", "tx_ids", "net_positions")
            return [{k: v for k, v in row.items() if k not in known} for row in self.rows("lsm_sets")]
        return self.twin.tables.get(table, [])


class EngineRun:
    """The real world, its batches collected."""

    def __init__(self, data):
        from simcash.core.scenario import read
        from simcash.payments.world import open_world

        self.world = open_world(read(data))
        self.kept = {table.name: [] for table in self.world.tables if table.kind != "view"}

    def step(self, ticks=1):
        batch = self.world.step(ticks)
        for table in self.world.tables:
            if table.kind != "view":
                self.kept[table.name] += named_rows(table, batch[table.name])

    def submit(self, sender, receiver, amount, deadline_tick, **options):
        action = {"type": "Submit", "sender": sender, "receiver": receiver, "amount": amount}
        receipt = self.world.act(action | {"deadline_tick": deadline_tick} | options)
        assert receipt.accepted, receipt.reason
        return receipt.id

    def act(self, **action):
        return self.world.act(action).accepted

    def rows(self, table):
        if table == "lsm_sets":  # a view of what is stored
            return [row | self.members(row["set_id"]) for row in self.kept["sets"]]
        if table == "settlements":  # another
            settled = [settlement(row) for row in self.kept["payments"] if row["settled_seq"] is not None]
            return sorted(settled, key=lambda row: (row["tick"], row["seq"]))
        if table == "policy_decisions":
            return [decision(row) for row in self.kept["decisions"]]
        return self.kept[table]

    def members(self, set_id):
        settled = [row for row in self.kept["payments"] if row["set_id"] == set_id]
        banks = [b for b in self.world.ids if any(b in (row["sender"], row["receiver"]) for row in settled)]
        nets = [
            sum(row["amount"] * ((row["receiver"] == b) - (row["sender"] == b)) for row in settled)
            for b in banks
        ]
        ids = sorted(row["tx_id"] for row in settled)
        return {"banks": banks, "tx_ids": ids, "net_positions": nets}


def settlement(payment):
    """The row of a payment that settled, as its settlement is read."""
    same = ("tick", "tx_id", "sender", "receiver", "amount", "channel", "set_id")
    waited, late = payment["tick"] - payment["arrival_tick"], payment["tick"] > payment["deadline_tick"]
    row = {name: payment[name] for name in same} | {"seq": payment["settled_seq"]}
    return {name: (row | {"wait_ticks": waited, "late": late})[name] for name in SETTLEMENT}


def decision(stored):
    """A decision as it is read, its parameters as plain data."""
    computed = [stored[f"parameter_{k}"] for k in range(4)]
    setting = stored["setting"]
    parameters = None if setting is None else json.loads(setting.format(*computed))
    return {name: parameters if name == "parameters" else stored[name] for name in DECISION}


SETTLEMENT = (
    "tick", "seq", "tx_id", "sender", "receiver", "amount", "channel", "set_id", "wait_ticks", "late",
)  # fmt: skip
DECISION = ("tick", "seq", "bank", "tree", "tx_id", "action", "parameters", "reason", "path")
RUNS = {"twin": TwinRun, "engine": EngineRun}


def named_rows(table, columns):
    values = [named(column, columns[column.name].tolist()) for column in table.columns]
    return [dict(zip(table.names, row, strict=True)) for row in zip(*values, strict=True)]


def named(column, values):
    """Texts for codes, None for what is missing."""

    def one(value):
        if column.nullable and value == MISSING and column.dtype != "float64":
            return None
        return column.labels[value] if column.labels else value

    return [one(value) for value in values]


def latest_payments(run):
    """The last row of every payment, by id."""
    rows = {row["tx_id"]: row for row in run.rows("payments")}
    return [rows[tx_id] for tx_id in sorted(rows)]


def perform(kind, play):
    """Step a run through a drawn play, acting on the way; `kind` is "twin" or "engine"."""
    run = RUNS[kind](play.data)
    run.done = []
    simulation = play.data["simulation"]
    end = simulation["ticks_per_day"] * simulation["num_days"]
    now = 0
    for stop in sorted({*play.stops, *(action["tick"] for action in play.actions), end}):
        run.step(stop - now)
        now = stop
        for action in play.actions:
            if action["tick"] == now:
                run.done.append(run.act(**{key: value for key, value in action.items() if key != "tick"}))
    return run
