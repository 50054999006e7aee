// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import widget from "../src/entries/inspector";
import type { InspectorState, Life, Queue } from "../src/inspector/state";
import { match } from "../src/panel/chooser";
import { BUSY, GONE } from "../src/panel/link";
import { FakeModel } from "./fake";

const COLUMNS: Queue["columns"] = [
  { name: "tx_id", label: "payment", side: "right" },
  { name: "reason", label: "why", side: "left" },
];
const LIFE: Life = {
  id: 7,
  title: "payment 7: A pays B 10 cents",
  bank: "A",
  location: "queue1",
  where: "waits in its bank's own queue",
  colour: "#E69F00",
  why: ["in tick 3 its bank's policy said Hold: short"],
  path: [{ node: "N1", text: "balance ≥ 5", left: "3", right: "5", result: false }],
  facts: [["priority", "5"]],
  story: [["tick 1", "Arrival", "priority 5"]],
  before: 0,
};

function queue(name: "own" | "central", ids: number[], more: Partial<Queue> = {}): Queue {
  const rows = ids.map((id) => [String(id), `reason ${id}`]);
  return {
    name,
    title: name,
    columns: COLUMNS,
    rows,
    ids,
    count: ids.length,
    value: 10,
    order: null,
    ...more,
  };
}

function state(own: Queue, more: Partial<InspectorState> = {}): InspectorState {
  const queues = [own, queue("central", [])];
  const rest = {
    title: "s",
    tick: 4,
    label: "day 0, tick 4",
    playing: false,
    done: false,
    open: null,
    note: "",
  };
  return { ...rest, banks: ["NORTH", "SOUTH", "RIVER"], bank: "NORTH", queues, ...more };
}

let model: FakeModel;
let close: (() => void) | undefined;
const root = () =>
  document.querySelector(".simcash-inspector") as HTMLElement & { scene: Record<string, unknown> };
const rows = () => [...document.querySelectorAll<HTMLElement>('[data-queue="own"] tbody tr')];
const press = (target: Element, key: string) =>
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));

beforeEach(() => {
  model = new FakeModel({ state: state(queue("own", [7, 8, 9])) });
  close = widget.render({ model, el: document.body });
});

afterEach(() => {
  close?.();
  document.body.replaceChildren();
  vi.useRealTimers();
});

test("the rows are those that Python sends, with their number", () => {
  expect(rows().map((row) => row.textContent)).toEqual(["7reason 7", "8reason 8", "9reason 9"]);
  expect(document.querySelector("h3")?.textContent).toBe("own: 3 payments 10 cents");
  expect(root().scene).toMatchObject({
    bank: "NORTH",
    queues: [{ rows: [7, 8, 9], count: 3 }, { count: 0 }],
  });
});

test("a row stays the same element while its payment waits, wherever it stands", () => {
  const [, eight] = rows();
  model.set("state", state(queue("own", [9, 8, 10])));
  expect(rows().map((row) => row.dataset.id)).toEqual(["9", "8", "10"]);
  expect(rows()[1]).toBe(eight);
});

test("a row that leaves hands its focus on", () => {
  rows()[0]?.focus();
  model.set("state", state(queue("own", [8, 9])));
  expect(document.activeElement).toBe(rows()[0]);
});

test("arrows go through the rows, Enter opens, Escape closes", () => {
  rows()[0]?.focus();
  press(rows()[0] as Element, "ArrowDown");
  expect(document.activeElement).toBe(rows()[1]);
  press(rows()[1] as Element, "End");
  expect(document.activeElement).toBe(rows()[2]);
  press(rows()[2] as Element, "Enter");
  press(rows()[2] as Element, "Escape");
  expect(model.sent).toEqual([
    { kind: "open", id: 9 },
    { kind: "open", id: null },
  ]);
});

test("a heading sorts upwards, downwards, and not", () => {
  const click = () => document.querySelector<HTMLButtonElement>('[data-queue="own"] th button')?.click();
  click();
  model.set("state", state(queue("own", [7], { order: { column: "tx_id", descending: false } })));
  click();
  model.set("state", state(queue("own", [7], { order: { column: "tx_id", descending: true } })));
  expect(document.querySelector("th")?.getAttribute("aria-sort")).toBe("descending");
  click();
  expect(model.sent.map(({ column, descending }) => [column, descending])).toEqual([
    ["tx_id", false],
    ["tx_id", true],
    [null, false],
  ]);
});

test("rows that are not shown are counted", () => {
  model.set("state", state(queue("own", [7], { count: 1201 })));
  expect(document.querySelector('[data-queue="own"] p')?.textContent).toBe(
    "the first 1; 1,200 more not shown",
  );
  expect(document.querySelector('[data-queue="central"] p')?.textContent).toBe("nothing waits here");
});

test("an open payment tells where it is, why, and by which comparisons", () => {
  model.set("state", state(queue("own", [7]), { open: LIFE }));
  const text = document.querySelector(".life")?.textContent ?? "";
  for (const part of [LIFE.title, LIFE.where, ...LIFE.why, "✗ no", "3 and 5", "Arrival"])
    expect(text).toContain(part);
  expect(rows()[0]?.getAttribute("aria-selected")).toBe("true");
  document.querySelector<HTMLButtonElement>(".life .close")?.click();
  expect(model.sent).toEqual([{ kind: "open", id: null }]);
});

test("a bank is chosen by its name or by a part that only it has", () => {
  expect(match(["NORTH", "SOUTH", "RIVER"], "riv")).toBe("RIVER");
  expect(match(["NORTH", "SOUTH"], "th")).toBeUndefined();
  expect(match(["NORTH", "NORTH2"], "north")).toBe("NORTH");
  const input = document.querySelector("input") as HTMLInputElement;
  input.value = "every bank";
  input.dispatchEvent(new Event("change"));
  expect(model.sent).toEqual([{ kind: "bank", id: null }]);
});

test("a kernel that is gone is told, and one that does not answer", () => {
  vi.useFakeTimers();
  rows()[0]?.click();
  vi.advanceTimersByTime(10_000);
  expect(root().scene.notice).toBe(BUSY);
  model.tell("msg:custom", { kind: "answered" }, []);
  expect(root().scene.notice).toBe("");
  model.comm_live = false;
  model.tell("comm_live_update");
  expect(root().scene.notice).toBe(GONE);
});

test("what Python refuses is shown", () => {
  model.tell("msg:custom", { kind: "notice", level: "error", text: "there is no bank" }, []);
  expect(root().scene.notice).toBe("there is no bank");
});

test("a view that closes leaves nothing behind", () => {
  close?.();
  close = undefined;
  expect(model.listeners).toBe(0);
});
