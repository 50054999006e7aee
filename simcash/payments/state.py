"""All of a run's numbers as plain columns: fixed settings, changing state, scratch space and row buffers."""

from __future__ import annotations

from typing import Any

import numpy as np

from simcash.core.record import Record
from simcash.core.tables import Rows, Table, spread
from simcash.payments.engine import codes
from simcash.payments.engine.opcodes import DEEPEST_STACK, SLOT_COUNT
from simcash.payments.engine.partners import RANKED
from simcash.payments.engine.seen import SEEN_SIZE
from simcash.payments.saving import OF_EDGE, OF_LINK, OF_SAVING, OF_SLOTS, saving_arrays, slot_arrays

# What the scenario fixes; a snapshot leaves it out.
SETTINGS = (
    "stages", "options", "order", "liquidity_buffer", "eod_rush",
    "policy_kind", "policy_threshold", "policy_buffer", "policy_sorts",  # by the policies' numbers, as are
    "policy_fraction", "tree_start", "revisits", "code", "constants", "focus",
    "collateral_capacity", "capacity_before", "opening_balance", "alloc_first",
    "multilateral_limit", "net_basis", "bilateral_start", "bilateral_peer", "bilateral_limit",
    "boost", "delay_multiplier", "rule_tick", "rule_numerator", "rule_denominator",
    "rule_mode", "rule_amount", "rule_banks", "stream_key",
    "source_start", "source_rate", "source_purpose", "source_weights",
    "source_divisible", "amount_kind", "amount_a", "amount_b", "amount_max",
    "priority_kind", "priority_a", "priority_b", "category_value", "category_weight", "category_cumulative",
    "event_first", "event_once", "event_every", "event_kind", "event_from", "event_to", "event_amount",
    "event_value", "event_policy", "event_share", "event_duration", "event_moves", "repeated_moves",
    "event_balanced", "event_priority", "event_deadline", "event_divisible",
    "event_start", "event_interval", "window_low", "window_high", "listed_first", "listed",
    "rank", "algorithm", "algorithm_mode", "algorithm_size",
)  # fmt: skip
# What changes as the run goes on, by shape.
OF_RUN = (
    "at", "stream", "rate_all", "rate_one", "source_low", "source_high", "weights", "cumulative",
    "weight_rows", "due_first", "due_last", "bilateral_used", "rule_settled", "day", "cost_day", "cost_run",
    "delay_sum", "squeezes", "fraction", "fraction_next",
    "registers", "recent_sets", "arrived_to", "timers",
)  # fmt: skip
OF_BANK = (
    "balance", "min_tick", "pending_tick", "cap", "posted", "haircut_bits", "limit", "available",
    "allocated_tick", "q1_count", "q1_value", "q2_count", "q2_value", "sent_tick", "received_tick",
    "net_today", "budget",  # so far as table bank_ticks has them
    "pending", "min_day", "max_day", "allocated", "loan", "opening", "multilateral_used",
    "q1_head", "q1_tail", "collateral_value", "keep", "scenario_cap",
    "sends_from", "receives_from",  # the ticks from which it is no longer cut off
    "alloc_next", "scenario_alloc",  # of the pool: next morning, and as the scenario has it
    "policy", "scenario_policy",  # numbers of policies: in force, and as the scenario has it
    "budgeted", "budget_each", "budget_focus",
)  # fmt: skip
OF_PAYMENT = (
    "tx", "parent", "sender", "receiver", "amount", "priority", "original_priority", "divisible",
    "arrival", "deadline", "submission", "settled", "settled_seq", "overdue", "status", "channel", "set_id",
    "source", "q1_ticks", "q2_ticks",  # so far as table payments has them
    "klass", "declared", "charged", "limited", "entered", "since",
    "parent_slot", "remaining", "goes_at", "delay_paid", "held",
    "next", "previous", "place", "entry", "due_next", "touched",
)  # fmt: skip
OF_LANE = ("lane_base", "lane_room", "lane_length", "lane_live")
OF_ARENA = ("lane_slot", "lane_entry", "tree")
# What a tick uses and forgets.
SCRATCH_PAYMENT = (
    "touched_list", "pending_list", "items", "keys", "spare_items", "spare_keys", "share", "moved",
    "incoming_next",
)  # fmt: skip
SCRATCH = (
    "pause", "streams", "need", "net", "due", "heap", "heap_place", "heap_key", "lane_candidate",
    "sight", "slots", "stack", "incoming_first", "met", "partner", "value_out", "value_in", "released_to",
    "timer_first", "top_partner", "top_value",
)  # fmt: skip
ROWS = (
    "row_counts", "row_room", "rows_payments", "rows_bank_ticks", "rows_bank_days",
    "rows_costs", "rows_liquidity", "rows_limits", "rows_notices", "rows_queues", "rows_decisions",
    "rows_collateral", "rows_sets", "rows_runs",
)  # fmt: skip

CHANGING = (*OF_RUN, "bank", "payment", "touched_list", *OF_LANE, *OF_ARENA)
FIELDS = (
    *SETTINGS, *OF_RUN, "bank", *OF_BANK, "payment", *OF_PAYMENT, *OF_LANE, *OF_ARENA,
    *SCRATCH_PAYMENT, *SCRATCH, *OF_SAVING, *OF_SLOTS, *OF_LINK, *OF_EDGE, *ROWS,
)  # fmt: skip
BY_BANK = ("incoming_first", "met", "partner", "value_out", "value_in", "released_to", "timer_first")
FIRST_SLOTS, FIRST_ARENA = spread(256), 256
UNLIMITED = 1 << 62

STATE = Record(__name__, "State", FIELDS)
StateType = STATE.type


class Store:
    """The arrays by name, the record made of them, and how they grow.

    Banks and payments are matrices with a column per attribute; each attribute is also an array of its own,
    a view of its column, so that rules read `amount[p]` and rows are written by copying columns.
    """

    def __init__(self, settings: dict[str, np.ndarray], tables: tuple[Table, ...], level: str) -> None:
        self.tables, self.level = tables, level
        self.arrays = settings | changing_arrays(settings)
        self.rows = Rows(tables)
        self.rebuild()

    def __getitem__(self, name: str) -> np.ndarray:
        return self.arrays[name]

    def new_rows(self) -> None:
        """Turn to a fresh chunk of row buffers; the full one belongs to whoever reads it."""
        self.rows = self.rows.next_chunk()
        self.rebuild()

    def rebuild(self) -> None:
        """Make the record anew after an array was replaced."""
        rows, arrays = self.rows, self.arrays
        arrays.update(zip(OF_BANK, arrays["bank"], strict=True))
        arrays.update(zip(OF_PAYMENT, arrays["payment"], strict=True))
        arrays.update(zip(OF_LINK, arrays["links"], strict=True))
        arrays.update(zip(OF_EDGE, arrays["edges"], strict=True))
        recorded = [table.recorded_at(self.level) for table in rows.tables]
        sizes = [m.shape[1] for m in rows.matrices]
        room = [size if wanted else UNLIMITED for size, wanted in zip(sizes, recorded, strict=True)]
        written = rows.matrices[: codes.TABLES]  # by the rules; the world writes the rest
        arrays.update(zip(ROWS, [rows.counts, np.array(room, np.int64), *written], strict=True))
        self.half_full = np.array(sizes) // 2  # then step turns to a fresh chunk
        self.record = STATE.of(arrays)

    def record_everything(self) -> None:
        """Write the rows of every table from now on, whatever the scenario records."""
        self.level = "full"
        self.arrays["options"][codes.RECORD] = codes.FULL
        self.rebuild()

    def grow(self) -> None:
        """Give every array at least what compiled code asked for in `need`."""
        slots, arena, squeezes, timers, *rows = (int(n) for n in self.arrays["need"])
        if slots > self.slots:
            self.widen_slots(max(slots, 2 * self.slots))
        if arena > self.arrays["lane_slot"].size:
            self.widen_arena(max(arena, 2 * self.arrays["lane_slot"].size))
        for name, wanted in (("squeezes", squeezes), ("timers", timers)):
            if wanted > self.arrays[name].shape[1]:
                self.widen((name,), 2 * wanted)
        for table, wanted in enumerate(rows):
            if wanted > self.arrays["row_room"][table]:
                self.rows.reserve(table, wanted - int(self.rows.counts[table]))
        self.rebuild()

    @property
    def slots(self) -> int:
        """How many payments the state has room for."""
        return int(self.arrays["pending_list"].size)

    def widen(self, names: tuple[str, ...], size: int) -> None:
        """Longer arrays with the same beginning."""
        for name in names:
            old = self.arrays[name]
            grown = np.empty((*old.shape[:-1], size), np.int64)
            grown[..., : old.shape[-1]] = old
            self.arrays[name] = grown

    def widen_slots(self, size: int) -> None:
        size = spread(size)
        self.widen(("payment", *SCRATCH_PAYMENT), size)
        self.arrays |= slot_arrays(self.arrays, size)
        self.arrays["saved"][codes.INDEXED] = 0

    def widen_arena(self, size: int) -> None:
        self.widen(("lane_slot", "lane_entry"), size)
        self.widen(("tree",), 2 * size)

    def copy(self) -> dict[str, np.ndarray]:
        """The changing state as copies, cut to the part in use."""
        return {name: self.arrays[name][..., : self.used(name)].copy() for name in CHANGING}

    def used(self, name: str) -> int | None:
        at = self.arrays["at"]
        if name in ("payment", "touched_list"):
            return int(at[codes.SLOTS])
        if name in ("squeezes", "timers"):
            return int(at[codes.SQUEEZES if name == "squeezes" else codes.TIMERS])
        if name in OF_ARENA:
            return int(at[codes.ARENA]) * (2 if name == "tree" else 1)
        return None

    def keep_fixed(self) -> None:
        """Where a fork's scenario, not the snapshot, counts: caps it changes, weights of banks without."""
        arrays = self.arrays
        self.prefer("cap", "scenario_cap", arrays["first_cap"])
        self.prefer("alloc_next", "scenario_alloc", arrays["first_alloc_next"])
        self.prefer("policy", "scenario_policy", arrays["first_policy"])
        old, new = arrays["weight_rows"], arrays["source_weights"]
        if not np.array_equal(old, new):
            weights = arrays["first_weights"].copy()
            both = (old >= 0) & (new >= 0)
            weights[new[both]] = arrays["weights"][old[both]]
            arrays["weights"], arrays["weight_rows"] = weights, new.copy()
            arrays["cumulative"] = np.cumsum(weights, axis=1)

    def prefer(self, name: str, said: str, says: np.ndarray) -> None:
        """What a bank's scenario says goes before what is in force, if it said something else before."""
        value, known = (self.arrays["bank"][OF_BANK.index(column)] for column in (name, said))
        changed = known != says
        value[changed] = known[changed] = says[changed]

    def load(self, arrays: dict[str, np.ndarray]) -> None:
        """Put a snapshot's arrays in place of the present ones."""
        slots = max(self.slots, arrays["payment"].shape[1])
        self.arrays.update({name: arrays[name].copy() for name in CHANGING})
        self.keep_fixed()
        self.widen_slots(slots)
        self.widen(("timers",), self.arrays["timers"].shape[1] + 2 * self.arrays["order"].size)
        self.widen_arena(max(FIRST_ARENA, self.arrays["lane_slot"].size))
        self.new_rows()


def changing_arrays(settings: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """State and scratch at tick 0, for the sizes that the settings imply."""
    options, banks = settings["options"], settings["order"].size
    lanes = banks * (3 if options[codes.PRIORITY_MODE] else 1)
    arrays: dict[str, Any] = {name: np.zeros(FIRST_SLOTS, np.int64) for name in SCRATCH_PAYMENT}
    arrays |= {name: np.zeros(lanes, np.int64) for name in OF_LANE}
    arrays |= {name: np.zeros(FIRST_ARENA, np.int64) for name in ("lane_slot", "lane_entry")}
    arrays |= {
        "bank": first_banks(settings),
        "payment": np.zeros((len(OF_PAYMENT), FIRST_SLOTS), np.int64),
        "tree": np.zeros(2 * FIRST_ARENA, np.int64),
        "at": np.zeros(codes.AT_SIZE, np.int64),
        "rate_all": np.ones(1),
        "rate_one": np.ones(banks),
        "due_first": np.full(options[codes.TICKS] + 2, codes.NONE, np.int64),
        "due_last": np.full(options[codes.TICKS] + 2, codes.NONE, np.int64),
        "bilateral_used": np.zeros(settings["bilateral_limit"].size, np.int64),
        "rule_settled": np.zeros((settings["rule_tick"].size, banks), np.int64),
        "day": np.zeros((codes.DAY_SIZE, banks), np.int64),
        "cost_day": np.zeros((codes.KINDS, banks), np.int64),
        "cost_run": np.zeros((codes.KINDS, banks), np.int64),
        "delay_sum": np.zeros((banks, 6), np.int64),
        "pause": np.zeros(1, np.int64),
        "squeezes": np.zeros((3, 0), np.int64),  # tick of return, bank, amount
        "streams": np.ones(5, np.uint64),
        "need": np.zeros(4 + codes.TABLES, np.int64),
        "registers": np.zeros((banks, settings["first_registers"][0])),
        "recent_sets": np.zeros(10, np.int64),
        "arrived_to": np.zeros(banks * banks if settings["first_ranked"] else 0, np.int64),
        "timers": np.zeros((4, 2 * banks), np.int64),  # bank, tick, amount; the next of the bank
        "sight": np.zeros(SEEN_SIZE, np.int64),
        "slots": np.zeros(SLOT_COUNT),
        "stack": np.zeros(DEEPEST_STACK),
        "top_partner": np.zeros((4, RANKED), np.int64),
        "top_value": np.zeros((4, RANKED), np.int64),
        "net": np.zeros(banks, np.int64),
        "due": np.zeros(banks, np.int64),
        "heap": np.zeros(lanes, np.int64),
        "heap_place": np.full(lanes, codes.NONE, np.int64),
        "heap_key": np.zeros(lanes, np.int64),
        "lane_candidate": np.zeros(lanes, np.int64),
    }
    for name in BY_BANK:
        arrays[name] = np.zeros(banks, np.int64)
    for name in ("stream", "source_low", "source_high", "weights", "cumulative", "fraction", "fraction_next"):
        arrays[name] = settings[f"first_{name}"].copy()
    arrays["weight_rows"] = settings["source_weights"].copy()
    arrays["at"][codes.CAPACITY] = codes.INFINITE
    return arrays | saving_arrays(settings, FIRST_SLOTS)


def first_banks(settings: dict[str, np.ndarray]) -> np.ndarray:
    """The bank matrix at tick 0."""
    banks = np.zeros((len(OF_BANK), settings["order"].size), np.int64)
    column = dict(zip(OF_BANK, banks, strict=True))
    column["balance"][:] = settings["opening_balance"]
    column["cap"][:] = column["scenario_cap"][:] = settings["first_cap"]
    column["alloc_next"][:] = column["scenario_alloc"][:] = settings["first_alloc_next"]
    column["policy"][:] = column["scenario_policy"][:] = settings["first_policy"]
    column["posted"][:] = settings["first_posted"]
    column["haircut_bits"][:] = settings["first_haircut"].view(np.int64)
    column["keep"][:] = settings["first_keep"]
    column["collateral_value"][:] = settings["first_collateral_value"]
    for name in ("q1_head", "q1_tail", "budget"):
        column[name][:] = codes.NONE
    return banks
