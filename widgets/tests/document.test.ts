import { expect, test } from "vitest";
import {
  addBranch,
  addTree,
  at,
  computation,
  newValue,
  nodes,
  put,
  removeBranch,
  setAction,
  setOperator,
  setParameter,
  without,
} from "../src/policy/document";
import { asWritten } from "../src/policy/fields";
import { actionLines, conditionText, valueText, wrapped } from "../src/policy/formula";
import { History } from "../src/policy/history";
import type { Dict } from "../src/policy/types";
import { asking, ENOUGH, FIELD, HOLD, policy, RELEASE, VALUE, WORDS } from "./policy";

const TOP = ["payment_tree"];

test("an edit changes one place and leaves the rest the same object", () => {
  const before = policy();
  const after = put(before, [...TOP, "condition", "op"], "<");
  expect(at(after, [...TOP, "condition", "op"])).toBe("<");
  expect(at(before, [...TOP, "condition", "op"])).toBe(">=");
  expect(at(after, [...TOP, "on_true"])).toBe(RELEASE);
});

test("a place in a list is replaced and taken out", () => {
  const both = asking({ op: "and", conditions: [ENOUGH, { op: "<", left: VALUE(1), right: VALUE(2) }] });
  const path = [...TOP, "condition", "conditions"];
  expect(at(put(policy(both), [...path, 1, "op"], "=="), [...path, 1, "op"])).toBe("==");
  expect(at(without(policy(both), [...path, 0]), path)).toEqual([
    { op: "<", left: VALUE(1), right: VALUE(2) },
  ]);
});

test("a branch is added above a node, with a name that is free, and taken away again", () => {
  const before = policy();
  const grown = addBranch(before, [...TOP, "on_true"], WORDS);
  const made = at(grown, [...TOP, "on_true"]) as Dict;
  expect(made.type).toBe("condition");
  expect(made.on_true).toBe(RELEASE);
  expect(made.on_false).toMatchObject({ type: "action", action: "Hold" });
  const ids = nodes(grown, "payment_tree").map(({ node }) => node.node_id);
  expect(new Set(ids).size).toBe(5);
  expect(removeBranch(grown, [...TOP, "on_true"], "on_true")).toEqual(before);
  expect(removeBranch(before, TOP, "on_false").payment_tree).toBe(HOLD);
});

test("another action keeps the parameters that it takes and begins with those that it needs", () => {
  const path = [...TOP, "on_false"];
  expect(at(setAction(policy(), path, "Split", WORDS), path)).toEqual({
    type: "action",
    node_id: "stay",
    action: "Split",
    parameters: { num_splits: VALUE(1) },
  });
  expect(at(setAction(policy(), path, "Hold", WORDS), [...path, "parameters"])).toEqual(HOLD.parameters);
  expect(at(setAction(policy(), path, "Release", WORDS), path)).not.toHaveProperty("parameters");
});

test("a parameter is set and taken away", () => {
  const path = [...TOP, "on_true"];
  const set = setParameter(policy(), path, "timed_for_tick", VALUE(5));
  expect(at(set, [...path, "parameters"])).toEqual({ timed_for_tick: VALUE(5) });
  expect(setParameter(set, path, "timed_for_tick", undefined)).toEqual(policy());
});

test("an operator changes and keeps what it joined or compared", () => {
  const joined = setOperator(ENOUGH, "and", "payment_tree", WORDS);
  expect(joined).toMatchObject({ op: "and", conditions: [ENOUGH, { op: ">=" }] });
  expect(setOperator(joined, "not", "payment_tree", WORDS)).toEqual({ op: "not", condition: ENOUGH });
  expect(setOperator(joined, "<", "payment_tree", WORDS)).toEqual({ ...ENOUGH, op: "<" });
});

test("a computation keeps its operands in another with as many places", () => {
  const sum = { op: "+", left: FIELD("balance"), right: VALUE(2) };
  expect(computation(sum, "*", VALUE(0), WORDS)).toEqual({ ...sum, op: "*" });
  expect(computation(sum, "max", VALUE(0), WORDS)).toEqual({
    op: "max",
    values: [FIELD("balance"), VALUE(2)],
  });
  expect(computation(sum, "div0", VALUE(0), WORDS)).toMatchObject({
    numerator: FIELD("balance"),
    default: VALUE(1),
  });
  expect(newValue("compute", "bank_tree", policy(), WORDS)).toMatchObject({
    compute: { op: "+", left: FIELD("balance") },
  });
});

test("a tree is added in the order of the language", () => {
  const grown = addTree(policy(), "bank_tree", WORDS);
  expect(Object.keys(grown)).toEqual(["version", "policy_id", "bank_tree", "payment_tree"]);
  expect(grown.bank_tree).toMatchObject({ type: "action", action: "NoAction" });
});

test("a step back is the document before, and forth again", () => {
  const history = new History(policy());
  const first = history.present;
  history.next(put(first, ["policy_id"], "b"));
  history.next(put(first, ["policy_id"], "bo"), "name");
  history.next(put(first, ["policy_id"], "bob"), "name"); // typed in one field: one step
  history.undo();
  expect(history.present.policy_id).toBe("b");
  history.undo();
  expect(history.present).toBe(first);
  history.redo();
  history.redo();
  expect(history.present.policy_id).toBe("bob");
  history.undo();
  history.next(first);
  expect(history.canRedo).toBe(false);
});

test("expressions are written as one writes them", () => {
  const sum = { compute: { op: "+", left: FIELD("balance"), right: VALUE(2) } };
  const product = { compute: { op: "*", left: sum, right: VALUE(1234.5) } };
  expect(valueText(product, WORDS)).toBe("(balance + 2) × 1,234.5");
  expect(valueText({ compute: { op: "max", values: [sum, VALUE(0)] } }, WORDS)).toBe("max(balance + 2, 0)");
  const or = { op: "or", conditions: [ENOUGH, { op: "==", left: FIELD("balance"), right: VALUE(0) }] };
  expect(conditionText({ op: "and", conditions: [or, ENOUGH] }, WORDS)).toBe(
    "(balance ≥ amount or balance == 0) and balance ≥ amount",
  );
  expect(conditionText({ op: "not", condition: ENOUGH }, WORDS)).toBe("not (balance ≥ amount)");
  expect(actionLines(HOLD, WORDS)).toEqual(["Hold", "reason short"]);
  expect(valueText(undefined, WORDS)).toBe("…");
});

test("long texts are broken between words", () => {
  expect(wrapped("balance ≥ amount of the payment", 12)).toEqual(["balance ≥", "amount of", "the payment"]);
});

test("what is typed is read as a number where it is one", () => {
  expect(["50,000", "-1.5", "true", "many", ""].map(asWritten)).toEqual([50000, -1.5, true, "many", ""]);
});
