// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test } from "vitest";
import widget from "../src/entries/policy";
import type { EditorState } from "../src/policy/editor";
import type { MicroscopeState } from "../src/policy/microscope";
import type { Dict, Problem } from "../src/policy/types";
import { FakeModel } from "./fake";
import { policy, WORDS } from "./policy";

const EDITOR: EditorState = {
  kind: "editor",
  bank: "A",
  banks: ["A", "B"],
  document: policy(),
  revision: 0,
  by: "",
  problems: [],
  words: "it pays",
  library: ["pay-at-once"],
  receipt: null,
  note: "",
};

type Scene = Record<string, unknown> & {
  document: Dict;
  nodes: { id: string; problems: number }[];
  problems: Problem[];
};
let model: FakeModel;
let close: (() => void) | undefined;
const root = () => document.querySelector(".simcash-policy") as HTMLElement & { scene: Scene };
const node = (id: string) => document.querySelector(`[data-node="${id}"]`) as Element;
const click = (element: Element) => element.dispatchEvent(new Event("click", { bubbles: true }));
const named = (text: string) =>
  [...document.querySelectorAll<HTMLButtonElement>("button")].find(
    (button) => button.textContent === text,
  ) as HTMLButtonElement;
const last = () => model.sent.at(-1) as { kind: string; document: Dict; revision: number; view: string };

function type(field: HTMLInputElement, text: string) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function choose(field: HTMLSelectElement, value: string) {
  field.value = value;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

function field<T extends HTMLElement>(label: string): T {
  return document.querySelector(`.form :is(input, select)[aria-label="${label}"]`) as T;
}

/** Python answers the last message. */
function answer(more: Partial<EditorState> = {}) {
  const { document, revision, view } = last();
  model.set("state", { ...EDITOR, document, revision, by: view, ...more });
}

function open(state: EditorState | MicroscopeState) {
  model = new FakeModel({ state, language: WORDS });
  close = widget.render({ model, el: document.body });
}

beforeEach(() => open(EDITOR));

afterEach(() => {
  close?.();
  document.body.replaceChildren();
});

test("a node's operator, fields and actions are changed, and each change is sent to be checked", () => {
  click(node("top"));
  choose(field<HTMLSelectElement>("operator"), "<");
  expect(last()).toMatchObject({
    kind: "check",
    revision: 1,
    document: { payment_tree: { condition: { op: "<" } } },
  });
  type(field<HTMLInputElement>("field"), "amount");
  expect(last().document).toMatchObject({ payment_tree: { condition: { left: { field: "amount" } } } });
  click(node("stay"));
  choose(field<HTMLSelectElement>("action"), "Split");
  expect(last().document).toMatchObject({ payment_tree: { on_false: { action: "Split" } } });
});

test("what is typed goes on in its field, and is one step back", () => {
  click(node("stay"));
  const reason = field<HTMLInputElement>("reason");
  reason.focus();
  for (const text of ["w", "wa", "wait"]) type(reason, text);
  answer();
  expect(document.activeElement).toBe(reason);
  expect(root().scene.document).toMatchObject({
    payment_tree: { on_false: { parameters: { reason: { value: "wait" } } } },
  });
  named("undo").click();
  expect(root().scene.document).toEqual(policy());
  named("redo").click();
  expect(root().scene.document).toMatchObject({
    payment_tree: { on_false: { parameters: { reason: { value: "wait" } } } },
  });
});

test("two fields typed in one after the other both hold", () => {
  click(node("stay"));
  type(field<HTMLInputElement>("reason"), "later");
  type(field<HTMLInputElement>("name"), "waiting");
  expect(last().document).toMatchObject({
    payment_tree: { on_false: { node_id: "waiting", parameters: { reason: { value: "later" } } } },
  });
});

test("a number that is none is said at once and not sent", () => {
  click(node("top"));
  const [, right] = document.querySelectorAll<HTMLSelectElement>('.form [aria-label="what stands here"]');
  choose(right as HTMLSelectElement, "value");
  const sent = model.sent.length;
  type(field<HTMLInputElement>("number"), "many");
  expect(model.sent.length).toBe(sent);
  expect(document.querySelector(".form .wrong")?.textContent).toContain("not a number");
  type(field<HTMLInputElement>("number"), "75,000");
  expect(last().document).toMatchObject({ payment_tree: { condition: { right: { value: 75000 } } } });
});

test("branches are added and removed by buttons", () => {
  click(node("go"));
  named("put a condition before it").click();
  expect(root().scene.nodes).toHaveLength(5);
  click(node("top"));
  named("keep only its no branch").click();
  expect(root().scene.nodes.map((drawn) => drawn.id)).toEqual(["stay"]);
  expect(named("keep only its no branch")).toBeUndefined();
});

test("problems are said at their node and in its form, and forbid to apply", () => {
  click(node("top"));
  type(field<HTMLInputElement>("field"), "balanse");
  const path = ["payment_tree", "condition", "left", "field"];
  answer({ problems: [{ path, text: 'unknown field "balanse"; did you mean "balance"?' }], words: "" });
  expect(root().scene.nodes.find((drawn) => drawn.id === "top")?.problems).toBe(1);
  expect(document.querySelector(".form .value")?.textContent).toContain("did you mean");
  expect(named("apply to A").disabled).toBe(true);
  type(field<HTMLInputElement>("field"), "balance");
  expect(root().scene.checked).toBe(false);
  answer();
  expect(root().scene).toMatchObject({ checked: true, problems: [] });
  expect(document.querySelector(".problem")).toBeNull();
});

test("apply sends the policy and shows the receipt", () => {
  named("apply to A").click();
  expect(last().kind).toBe("apply");
  answer({ receipt: { accepted: false, text: "refused: the run is over" } });
  expect(document.querySelector(".outcome")?.textContent).toBe("refused: the run is over");
  expect(root().scene.receipt).toMatchObject({ accepted: false });
});

test("what another view does is taken over, and can be undone", () => {
  const other = { ...policy(), policy_id: "other" };
  model.set("state", { ...EDITOR, document: other, revision: 3, by: "another" });
  expect(root().scene.document.policy_id).toBe("other");
  named("undo").click();
  expect(root().scene.document.policy_id).toBe("small");
});

test("a tree is added and removed", () => {
  const add = document.querySelector('[aria-label="add a tree"]') as HTMLSelectElement;
  choose(add, "bank_tree");
  expect(last().document.bank_tree).toMatchObject({ action: "NoAction" });
  named("remove this tree").click();
  expect(last().document).toEqual(policy());
});

test("arrows go through the nodes, Enter opens the form, Escape comes back", () => {
  const press = (element: Element, key: string) =>
    element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  press(node("top"), "ArrowDown");
  expect(root().scene.selected).toEqual(["payment_tree", "on_true"]);
  press(node("go"), "ArrowRight");
  press(node("stay"), "Enter");
  expect(document.activeElement?.getAttribute("aria-label")).toBe("action");
  press(document.activeElement as Element, "Escape");
  expect(document.activeElement?.getAttribute("data-node")).toBe("stay");
});

test("the microscope lists decisions, lights the chosen one and asks for others", () => {
  close?.();
  document.body.replaceChildren();
  const question = {
    tree: "payment_tree",
    payment: 4,
    about: "payment 4",
    answer: "Hold: short",
    action: "Hold",
  };
  const steps = [{ node: "top", text: "balance ≥ amount", left: "40", right: "60", result: false }];
  open({
    kind: "microscope", title: "s", now: 6, playing: false, banks: ["A", "B"], bank: "A", tick: 5, label: "day 0",
    fixed: false, policy: "small", about: "", document: policy(), numbers: {}, count: 2, note: "",
    questions: [question, { ...question, payment: 5, about: "payment 5" }],
    chosen: { index: 0, tree: "payment_tree", way: [["top", false], ["stay", null]], steps },
  }); // biome-ignore format: as a table
  expect(root().scene).toMatchObject({ bank: "A", tick: 5, policy: "small", chosen: question });
  expect(root().scene.nodes.filter((drawn) => (drawn as unknown as { lit: boolean }).lit)).toHaveLength(2);
  click(document.querySelectorAll("[role=option]")[1] as Element);
  (document.querySelector('[aria-label="the tick before"]') as HTMLButtonElement).click();
  expect(model.sent).toEqual([
    { kind: "choose", index: 1 },
    { kind: "tick", tick: 4 },
  ]);
  close?.();
  close = undefined;
  expect(model.listeners).toBe(0);
});
