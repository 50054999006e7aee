"""The policy editor: trees changed by mouse, checked as they change, and given to the running simulation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from simcash.core.notebook import card
from simcash.payments import deciding
from simcash.payments.actions import set_policy, terms_of
from simcash.payments.policies.acts import release
from simcash.payments.policies.build import policy as build
from simcash.payments.policies.document import ANYTHING, Policy, PolicyError, checked, problems_of
from simcash.payments.policies.load import policy_files, read
from simcash.payments.policies.vocabulary import vocabulary
from simcash.payments.readings import place_of
from simcash.payments.trees import trees_of
from simcash.view.panel import STATIC, Message, Panel

if TYPE_CHECKING:
    from simcash.core.simulation import Simulation

Source = str | Path | Mapping[str, Any] | Policy


def policy_editor(policy: Source | None = None) -> PolicyEditor:
    """An editor for a policy alone: a library name, a file, JSON text, a dict; else the simplest there is."""
    return PolicyEditor(None, None, policy)


def bank_editor(sim: Simulation, bank: str, policy: Source | None = None) -> PolicyEditor:
    """An editor for what a bank follows: `sim.policy_editor("RIVER")`; "apply" gives the bank the new policy.
    `policy` is another one to begin with, in the forms that `simcash.policy` takes."""
    place_of(sim.world, bank)
    return PolicyEditor(sim, bank, policy)


class PolicyEditor(Panel):
    """A policy under change: `policy` is the result, `document` the same as plain data, right or not yet."""

    _esm = STATIC / "policy.js"
    _css = STATIC / "policy.css"
    language = traitlets.Dict(vocabulary()).tag(sync=True)

    def __init__(self, sim: Simulation | None, bank: str | None, policy: Source | None) -> None:
        self._bank, self._bank_of, self._remark = bank, sim, ""
        self._document = self._first(sim, bank, policy)
        self._revision, self._by = 0, ""
        self._receipt: dict[str, Any] | None = None
        self._terms = ANYTHING if sim is None else terms_of(sim.world)
        super().__init__(None)

    def _first(self, sim: Simulation | None, bank: str | None, policy: Source | None) -> dict[str, Any]:
        """The policy to begin with: what was given, or what the bank follows, or what releases everything."""
        if policy is not None:
            return read(policy).data
        if sim is not None and bank is not None:
            followed = deciding.policy_of(sim.world, place_of(sim.world, bank))
            trees = trees_of(followed)
            if trees is not None:
                return trees.data
            self._remark = (
                f"{bank} follows {followed.type}, which is built in and has no tree: this begins anew"
            )
        return build("new-policy", payment=release()).data

    @property
    def document(self) -> dict[str, Any]:
        """The policy as plain data, as it stands in the editor."""
        return self._document

    @property
    def policy(self) -> Policy:
        """The policy; refused with what is wrong while something is."""
        found, problems = checked(self._document, None, self._terms)
        if found is None:
            raise PolicyError(problems_of(problems, "policy"))
        return found

    @property
    def problems(self) -> list[str]:
        """What is wrong with it as it stands."""
        return [str(p) for p in problems_of(checked(self._document, None, self._terms)[1], "policy")]

    # messages

    def _answer(self, message: Message) -> None:
        kind = message.get("kind")
        if kind in ("check", "apply"):
            self._document, self._revision = message["document"], message["revision"]
            self._by, self._remark = message["view"], ""
            self._receipt = self._apply() if kind == "apply" else None
            self._show()
        elif kind == "library":
            self._document, self._remark, self._by = read(message["name"]).data, "", ""
            self._revision += 1
            self._show()

    def _apply(self) -> dict[str, Any]:
        """Give the policy to the bank, as an action; the receipt in words."""
        sim = self._bank_of
        if sim is None or self._bank is None:
            return {
                "accepted": False,
                "text": "this editor stands alone: there is no bank to give the policy to",
            }
        text = json.dumps(self._document, ensure_ascii=False)
        receipt = set_policy(sim, self._bank, {"type": "InlineJson", "json_string": text})
        done = f"{self._bank} follows this policy from tick {sim.now} on"
        return {
            "accepted": receipt.accepted,
            "text": done if receipt.accepted else f"refused: {receipt.reason}",
        }

    # what is shown

    def _picture(self) -> dict[str, Any]:
        found, problems = checked(self._document, None, self._terms)
        return {
            "version": 1, "kind": "editor", "bank": self._bank, "banks": list(self._terms.banks or ()),
            "document": self._document, "revision": self._revision, "by": self._by,
            "problems": [{"path": list(path), "text": text} for path, text in problems],
            "words": "" if found is None else found.explain(),
            "library": list(policy_files()), "receipt": self._receipt, "note": self._remark,
        }  # fmt: skip

    def __repr__(self) -> str:
        wrong = len(self.problems)
        whose = "" if self._bank is None else f" for {self._bank}"
        told = f"{wrong} problem{'' if wrong == 1 else 's'}"
        return f"editor of policy {self._document.get('policy_id')}{whose}, {told}"

    def _still(self) -> str:
        found, _ = checked(self._document, None, self._terms)
        return card(repr(self)) if found is None else found._repr_html_()
