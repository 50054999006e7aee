import { expect, test } from "vitest";
import { Animations, BUDGET } from "../src/graph/animations";

const LOOKS = { settle: "pulse", cycle: "ring", overdue: "blink" };
let ids = 0;
const settle = (path: number[], count = 1) => ({ id: ++ids, type: "settle", path, amount: 100, count });

test("an animation runs its time and is forgotten", () => {
  const animations = new Animations(LOOKS);
  animations.start(settle([0, 1]), 1000);
  expect(Animations.age(animations.running[0], 1000)).toBe(0);
  expect(animations.prune(1100)).toBe(true);
  expect(animations.prune(60_000)).toBe(false);
  expect(animations.running).toEqual([]);
});

test("what the encoding does not name is not animated", () => {
  const animations = new Animations(LOOKS);
  animations.start({ id: 1, type: "arrival", path: [0] }, 0);
  expect(animations.running).toEqual([]);
});

test("beyond the budget happenings join others of their kind, and it is said how many", () => {
  const animations = new Animations(LOOKS);
  for (let i = 0; i < BUDGET; i++) animations.start(settle([i, i + 1]), 0);
  animations.start(settle([3, 4], 12), 0);
  expect(animations.running.length).toBe(BUDGET);
  expect(animations.running[3]).toMatchObject({ path: [3, 4], count: 13, amount: 200 });
  expect(animations.merged(0)).toBe(12);
  animations.start(settle([5, 9]), 0);
  expect(animations.running[5].count).toBe(2);
  expect(animations.merged(0)).toBe(13);
  expect(animations.merged(60_000)).toBe(0);
});

test("a cycle is not lost among payments: it takes the place of one, which is counted", () => {
  const animations = new Animations(LOOKS);
  for (let i = 0; i < BUDGET; i++) animations.start(settle([i, i + 1]), 0);
  animations.start({ id: 10_000, type: "cycle", path: [1, 2, 3], count: 3 }, 0);
  expect(animations.running.length).toBe(BUDGET);
  expect(animations.running.filter(({ look }) => look === "ring")).toHaveLength(1);
  expect(animations.merged(0)).toBe(1);
});
