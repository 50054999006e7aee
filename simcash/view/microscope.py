"""The policy microscope: a bank's trees, the way that one decision took, and the numbers compared on it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import traitlets

from simcash.core.notebook import card, rows
from simcash.payments import deciding
from simcash.payments.explanation import compared, number
from simcash.payments.life import payment
from simcash.payments.policies.vocabulary import vocabulary
from simcash.payments.questions import Question, comparisons, questions
from simcash.payments.readings import place_of
from simcash.payments.trees import trees_of
from simcash.view.panel import STATIC, Message, Panel
from simcash.view.selection import Selected

if TYPE_CHECKING:
    from simcash.core.simulation import Simulation
    from simcash.payments.explanation import Step

MOST = 200  # questions that are listed


def microscope(sim: Simulation, bank: str | None = None) -> Microscope:
    """A bank's policy as trees, with the way that a decision took: `sim.microscope("RIVER")`. Without a bank
    it begins with one that has trees; `.follow(...)` shows what is selected in a graph or an inspector."""
    return Microscope(sim, bank)


class Microscope(Panel):
    """The last decisions of a bank, or those of a past tick, each with its way and its comparisons."""

    _esm = STATIC / "policy.js"
    _css = STATIC / "policy.css"
    language = traitlets.Dict(vocabulary()).tag(sync=True)

    def __init__(self, sim: Simulation, bank: str | None = None) -> None:
        if bank is not None:
            place_of(sim.world, bank)
        self._bank = bank or first_with_trees(sim)
        self._tick: int | None = None
        self._asked_for: tuple[str, int | None] | None = None  # tree and payment of the chosen question
        self._seen: list[Question] = []
        super().__init__(sim)

    @property
    def bank(self) -> str:
        """The bank whose policy is shown."""
        return self._bank

    @bank.setter
    def bank(self, bank: str) -> None:
        place_of(self._sim.world, bank)
        self._bank = bank
        self._tell_selected()
        self._show()

    @property
    def tick(self) -> int:
        """The tick whose decisions are shown; the last one unless another was chosen."""
        return self._sim.now - 1 if self._tick is None else self._tick

    @tick.setter
    def tick(self, tick: int | None) -> None:
        last = self._sim.now - 1
        if tick is not None and not 0 <= tick <= last:
            raise ValueError(f"there are no decisions of tick {tick}: ticks 0 to {last} have been executed")
        self._tick = tick
        self._show()

    @property
    def selected(self) -> Selected:
        """The bank, or the payment that the chosen decision is about."""
        tx_id = None if self._asked_for is None else self._asked_for[1]
        return self._bank if tx_id is None else tx_id

    # messages

    def _answer(self, message: Message) -> None:
        kind = message.get("kind")
        if kind == "bank":
            self.bank = message["id"]
        elif kind == "tick":
            self.tick = message["tick"]
        elif kind == "choose":
            asked = self._seen[message["index"]]
            self._asked_for = (asked.tree, asked.tx_id)
            self._tell_selected()
            self._show()
        elif kind == "select":
            self._turn_to(message["selected"])

    def _turn_to(self, selected: dict[str, Any]) -> None:
        """What was selected elsewhere: a bank, an edge (its payer), a payment (its last decision)."""
        if selected["what"] != "payment":
            self.bank = selected["source"] if selected["what"] == "edge" else selected["id"]
            return
        life = payment(self._sim, selected["id"])
        self._bank, self._asked_for = life.sender, ("payment_tree", life.tx_id)
        self._tick = life.submission_tick
        self._show()

    # what is shown

    def _picture(self) -> dict[str, Any]:
        sim = self._sim
        with sim.at_rest():
            now = {
                "version": 1, "kind": "microscope", "title": sim.name, "now": sim.now, "playing": sim.playing,
                "banks": list(sim.world.ids), "bank": self._bank,
            }  # fmt: skip
            if self._tick is not None and self._tick >= sim.now:  # gone back in time
                self._tick = None
            return now | (self._decided() if self.tick >= 0 else self._before())

    def _before(self) -> dict[str, Any]:
        """Before the first tick there is a policy, and no decision."""
        self._seen = []
        followed = deciding.policy_of(self._sim.world, place_of(self._sim.world, self._bank))
        return {
            **self._policy(followed), "tick": None, "label": "", "fixed": False, "count": 0, "questions": [],
            "chosen": None, "note": "no tick has been executed yet: step, and a way lights up",
        }  # fmt: skip

    def _decided(self) -> dict[str, Any]:
        tick, fixed = self.tick, self._tick is not None
        try:
            followed, asked = questions(self._sim, self._bank, tick)
        except ValueError as error:  # before this run began
            return {**self._before(), "note": str(error)}
        self._seen = asked
        chosen = self._chosen()
        return {
            **self._policy(followed), "tick": tick, "label": self._sim.clock.label(tick), "fixed": fixed,
            "count": len(asked), "questions": [listed(question) for question in asked[:MOST]],
            "chosen": None if chosen is None else {"index": chosen, **self._way(asked[chosen])},
            "note": "" if asked else f"{self._bank} had nothing to decide in tick {tick}",
        }  # fmt: skip

    def _chosen(self) -> int | None:
        """The place of the question that is looked at: about the same thing as before, if it was asked."""
        for i, asked in enumerate(self._seen[:MOST]):
            if (asked.tree, asked.tx_id) == self._asked_for:
                return i
        return 0 if self._seen else None

    def _way(self, asked: Question) -> dict[str, Any]:
        steps = [step_data(step) for step in comparisons(self._sim, self._bank, asked)]
        return {"tree": asked.tree, "way": [list(node) for node in asked.way], "steps": steps}

    def _policy(self, followed: Any) -> dict[str, Any]:
        """What a bank follows: its trees, or that it has none."""
        trees = trees_of(followed)
        numbers = {} if trees else {k: v for k, v in followed.model_dump().items() if k != "type"}
        return {
            "policy": followed.type if trees is None else trees.policy_id,
            "about": (trees and trees.description) or "",
            "document": None if trees is None else trees.data,
            "numbers": numbers,
        }

    def __repr__(self) -> str:
        state = self.state
        told = [f"{self._bank} follows {state['policy']}"]
        if state["tick"] is not None:
            told.append(
                f"tick {state['tick']}, {state['count']} decision{'' if state['count'] == 1 else 's'}"
            )
        return ", ".join(told)

    def _still(self) -> str:
        state = self.state
        chosen = state["chosen"]
        if chosen is None:
            return card(repr(self), f"<div>{escape(state['note'])}</div>")
        said = state["questions"][chosen["index"]]
        steps = rows(
            (
                ("✓ yes" if s["result"] else "✗ no"),
                escape(s["node"]),
                escape(f"{s['text']}: {s['left']} and {s['right']}"),
            )
            for s in chosen["steps"]
        )
        return card(repr(self), f"<div>{escape(said['about'])}: {escape(said['answer'])}</div>", steps)


def listed(asked: Question) -> dict[str, Any]:
    """A question as the list has it."""
    about = "the bank" if asked.tx_id is None else f"payment {asked.tx_id}"
    answer = f"{asked.action}: {asked.reason}" if asked.reason else asked.action
    return {
        "tree": asked.tree,
        "payment": asked.tx_id,
        "about": about,
        "answer": answer,
        "action": asked.action,
    }


def step_data(step: Step) -> dict[str, Any]:
    return {
        "node": step.node_id, "text": step.expression, "left": number(step.left), "right": number(step.right),
        "result": step.result, "said": compared(step),
    }  # fmt: skip


def first_with_trees(sim: Simulation) -> str:
    """The first bank whose policy is a tree, if there is one; else the first bank."""
    world = sim.world
    with_trees = (id for b, id in enumerate(world.ids) if trees_of(deciding.policy_of(world, b)) is not None)
    return str(next(with_trees, world.ids[0]))
