// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { type Box, layout } from "../src/policy/layout";
import { comparedAt } from "../src/policy/microscope";
import { drawTree, type Marks, neighbour } from "../src/policy/tree";
import type { Dict } from "../src/policy/types";
import { asking, ENOUGH, HOLD, policy, RELEASE, VALUE, WORDS } from "./policy";

const NOTHING: Marks = { way: [], said: new Map(), wrong: new Map(), chosen: null };

function box(width: number, ...children: Box[]): Box {
  return { width, height: 30, children };
}

/** A tree with long and short sides, and nodes of all widths. */
function ragged(depth: number, seed: number): Box {
  const width = 40 + ((seed * 37) % 160);
  if (depth === 0 || (seed > 3 && seed % 5 === 0)) return box(width);
  return box(width, ragged(depth - 1, seed * 2 + 1), ragged(depth - (seed % 2 ? 1 : depth), seed * 2 + 2));
}

test("no two nodes touch, parents stand above the middle of their children, nothing lies outside", () => {
  const { placed, width, height } = layout(ragged(7, 1));
  const spots = [...placed.values()];
  expect(spots.length).toBeGreaterThan(15);
  for (const a of spots) {
    expect(a.x - a.box.width / 2).toBeGreaterThanOrEqual(-0.001);
    expect(a.x + a.box.width / 2).toBeLessThanOrEqual(width + 0.001);
    expect(a.y + a.box.height).toBeLessThanOrEqual(height);
    for (const b of spots) {
      if (a === b) continue;
      const apart = Math.abs(a.x - b.x) >= (a.box.width + b.box.width) / 2 + 10;
      expect(apart || a.y + a.box.height < b.y || b.y + b.box.height < a.y).toBe(true);
    }
    const below = a.box.children.map((child) => placed.get(child)?.x ?? 0);
    if (below.length) expect((Math.min(...below) + Math.max(...below)) / 2).toBeCloseTo(a.x);
  }
});

test("every node is drawn, round where it asks, with its answers on the way down", () => {
  const { svg, nodes } = drawTree(policy(), "payment_tree", WORDS, NOTHING);
  expect(nodes.map((node) => node.id).sort()).toEqual(["go", "stay", "top"]);
  expect([...svg.querySelectorAll(".edges text")].map((text) => text.textContent)).toEqual(["yes", "no"]);
  expect(svg.querySelectorAll(".ask")).toHaveLength(1);
  expect(svg.querySelector(".ask")?.getAttribute("aria-label")).toBe("balance ≥ amount?");
});

test("the way that was taken is lit, with what was compared", () => {
  const steps = [{ node: "top", text: "balance ≥ amount", left: "40", right: "60", result: false }];
  const said = comparedAt(policy(), "payment_tree", steps, WORDS);
  expect(said.get("top")).toEqual(["40 ≥ 60 ✗ no"]);
  const way: Marks["way"] = [["top", false], ["stay", null]]; // biome-ignore format: one line
  const { svg, nodes } = drawTree(policy(), "payment_tree", WORDS, { ...NOTHING, way, said });
  expect(nodes.filter((node) => node.lit).map((node) => node.id)).toEqual(["top", "stay"]);
  expect([...svg.querySelectorAll(".edges .lit text")].map((text) => text.textContent)).toEqual(["✗ no"]);
  expect(svg.querySelector('[data-node="top"]')?.textContent).toContain("40 ≥ 60 ✗ no");
});

test("each comparison that a condition needed has its own line", () => {
  const both = asking({ op: "and", conditions: [ENOUGH, { op: "<", left: VALUE(3), right: VALUE(2) }] });
  const steps = [
    { node: "top", text: "balance ≥ amount", left: "9", right: "6", result: true },
    { node: "top", text: "3 < 2", left: "3", right: "2", result: false },
  ];
  expect(comparedAt(policy(both), "payment_tree", steps, WORDS).get("top")).toEqual([
    "9 ≥ 6 ✓ yes",
    "3 < 2 ✗ no",
  ]);
});

test("problems stand at their nodes", () => {
  const wrong = new Map([["payment_tree/on_false", 2]]);
  const { svg } = drawTree(policy(), "payment_tree", WORDS, { ...NOTHING, wrong });
  expect(svg.querySelector(".wrong")?.getAttribute("data-node")).toBe("stay");
  expect(svg.querySelector(".wrong")?.getAttribute("aria-label")).toContain("2 problems");
});

test("arrows lead up, down to yes, and from one answer to the other", () => {
  const deep: Dict = policy(asking(ENOUGH, asking(ENOUGH, RELEASE, HOLD), HOLD));
  const top = ["payment_tree"];
  expect(neighbour(deep, top, "ArrowDown")).toEqual([...top, "on_true"]);
  expect(neighbour(deep, [...top, "on_true"], "ArrowRight")).toEqual([...top, "on_false"]);
  expect(neighbour(deep, [...top, "on_false"], "ArrowLeft")).toEqual([...top, "on_true"]);
  expect(neighbour(deep, [...top, "on_true", "on_false"], "ArrowUp")).toEqual([...top, "on_true"]);
  expect(neighbour(deep, top, "ArrowUp")).toBeNull();
  expect(neighbour(deep, [...top, "on_false"], "ArrowDown")).toBeNull();
});
