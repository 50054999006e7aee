"""The door to liquidity saving: its settings as numbers, and the arrays that its searches work in."""

from __future__ import annotations

import numpy as np

from simcash.payments.engine import codes
from simcash.payments.scenario import Scenario
from simcash.payments.settings import Algorithm, Bilateral, Cycles, MaxValue

Arrays = dict[str, np.ndarray]
ALGORITHMS = {
    "fifo_retry": codes.RETRY,
    "bilateral": codes.PAIRS,
    "cycles": codes.CYCLES,
    "partial_netting": codes.NETTING,
    "max_value": codes.MAXIMUM,
}
MODES = {"all_or_nothing": codes.WHOLE_PAIR, "fifo_prefix": codes.PREFIXES, "lookahead": codes.AHEAD}
MOST_CHOICES = 31  # of an exact search, and one to end with
CANDIDATES = 4096  # feasible pairs or cycles remembered at a time
SPARE_EDGES = 65_536  # at most, for pairs of banks that have nothing queued any more


def saving_settings(scenario: Scenario) -> Arrays:
    """The algorithms in their order: kind, mode, and the number that belongs to it."""
    longest = scenario.saving.max_cycle_length
    terms = [algorithm_terms(algorithm, longest) for algorithm in scenario.saving.listed]
    if scenario.algorithm_sequencing:
        terms = [(int(step), 0, longest) for step in (codes.FIRST, codes.SECOND, codes.THIRD)]
    if not scenario.simulation.lsm_enabled:
        terms = []
    kinds, modes, sizes = np.array(terms, np.int64).reshape(-1, 3).T.copy()
    return {"algorithm": kinds, "algorithm_mode": modes, "algorithm_size": sizes}


def algorithm_terms(algorithm: Algorithm, max_cycle_length: int) -> tuple[int, int, int]:
    """Kind, mode and number of one algorithm."""
    kind = int(ALGORITHMS[algorithm.type])
    match algorithm:
        case Bilateral():
            return kind, int(MODES[algorithm.mode]), algorithm.lookahead
        case Cycles():
            return kind, 0, algorithm.max_length or max_cycle_length
        case MaxValue():
            return kind, 0, algorithm.max_queue
        case _:
            return kind, 0, 0


OF_LINK = ("pair_next", "pair_previous", "pair_edge", "pair_key")  # of a payment
OF_EDGE = ("edge_first", "edge_last", "edge_start", "edge_run", "out_previous", "in_previous")
OF_SLOTS = ("links", "edge", "edges", "edge_changed", "changed_list", "edge_hash")
OF_SAVING = (
    "saved", "out_first", "in_first", "q2_in", "outflow", "inflow", "parties", "position", "last_lane",
    "last_stop", "able", "on_path", "last_edge", "last_ways", "beside", "beside_ways", "onward",
    "onward_value", "onward_head", "seen", "changed_count", "entry_flow", "choice", "best_choice",
    "choice_slot", "choice_rest", "path", "path_ways", "found", "found_spare",
)  # fmt: skip


def saving_arrays(settings: Arrays, slots: int) -> Arrays:
    """Scratch for the searches, or next to nothing where they are off."""
    on = bool(settings["options"][codes.SAVING])
    banks, rows = (settings["order"].size, CANDIDATES) if on else (1, 1)
    memos = settings["algorithm"].size + 2  # a sequence's third has two; the last list is for the next run
    sizes = dict.fromkeys(OF_SAVING, (banks,)) | {
        "saved": (codes.SAVED_SIZE,),
        "seen": (memos, banks),
        "changed_count": (memos,),
        "entry_flow": (settings["bilateral_limit"].size,),
        "path": (codes.LONGEST_CYCLE + 1,),
        "path_ways": (codes.LONGEST_CYCLE + 1,),
        "beside": (2, banks),
        "beside_ways": (2, banks),
        "found": (rows + 3, codes.LONGEST_CYCLE + 2),
        "found_spare": (rows, codes.LONGEST_CYCLE + 2),
    }
    sizes |= dict.fromkeys(("choice", "best_choice", "choice_slot", "choice_rest"), (MOST_CHOICES,))
    arrays = {name: np.zeros(size, np.int64) for name, size in sizes.items()}
    arrays["last_edge"][:] = codes.NONE
    return arrays | slot_arrays(settings, slots)


def slot_arrays(settings: Arrays, slots: int) -> Arrays:
    """The index of the queue for so many payments, to be built."""
    banks, memos = settings["order"].size, settings["algorithm"].size + 2
    if not settings["options"][codes.SAVING]:
        slots = banks = 1
    edges, places = slots + min(banks * banks, SPARE_EDGES), 1
    while places < min(banks * banks, 4 * edges):
        places *= 2
    return {
        "links": np.zeros((len(OF_LINK), slots), np.int64),
        "edge": np.zeros((edges, codes.EDGE_SIZE), np.int64),
        "edges": np.zeros((len(OF_EDGE), edges), np.int64),
        "edge_changed": np.zeros((memos, edges), np.int64),
        "changed_list": np.zeros((memos, edges), np.int64),
        "edge_hash": np.zeros(places, np.int64),
    }
