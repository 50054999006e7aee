import type { Dict, Vocabulary } from "../src/policy/types";

/** A small language of policies: as Python sends it, with fewer words. */
export const WORDS: Vocabulary = {
  trees: {
    bank_tree: { when: "each tick", fields: { Agent: ["balance"] }, actions: ["SetState", "NoAction"] },
    payment_tree: {
      when: "each payment",
      fields: { Transaction: ["amount", "tx_counterparty_id"], Agent: ["balance"] },
      actions: ["Release", "Hold", "Split"],
    },
  },
  comparisons: ["==", "<", ">="],
  logic: { and: "conditions", or: "conditions", not: "condition" },
  computations: {
    "+": ["left", "right"],
    "*": ["left", "right"],
    max: ["values"],
    abs: ["value"],
    div0: ["numerator", "denominator", "default"],
  },
  values: ["field", "param", "value", "compute"],
  signs: { ">=": "≥", "*": "×" },
  binds: { "+": 1, "*": 2 },
  actions: {
    Release: {
      priority_flag: { kind: "flag", required: false },
      timed_for_tick: { kind: "number", required: false },
    },
    Hold: { reason: { kind: "text", required: false } },
    Split: { num_splits: { kind: "number", required: true } },
    SetState: { key: { kind: "register", required: true }, value: { kind: "number", required: true } },
    NoAction: {},
  },
  choices: { flag: ["HIGH", "LOW"] },
  synonyms: {},
  notes: ["comment", "description"],
  id_fields: ["tx_counterparty_id"],
  register: "bank_state_",
  registers: 10,
};

export const FIELD = (name: string): Dict => ({ field: name });
export const VALUE = (value: number): Dict => ({ value });
export const RELEASE: Dict = { type: "action", node_id: "go", action: "Release" };
export const HOLD: Dict = {
  type: "action",
  node_id: "stay",
  action: "Hold",
  parameters: { reason: { value: "short" } },
};
export const ENOUGH: Dict = { op: ">=", left: FIELD("balance"), right: FIELD("amount") };

export function policy(tree: Dict = asking()): Dict {
  return { version: "1.0", policy_id: "small", payment_tree: tree };
}

export function asking(condition: Dict = ENOUGH, yes: Dict = RELEASE, no: Dict = HOLD): Dict {
  return { type: "condition", node_id: "top", condition, on_true: yes, on_false: no };
}
