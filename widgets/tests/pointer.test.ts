// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";
import { point } from "../src/graph/pointer";
import { Timeline } from "../src/graph/timeline";
import type { Header } from "../src/graph/wire";
import type { Message } from "../src/shared/model";
import { threeBanks } from "./structures";

const NODE = 7; // at the place (100, 100)
let canvas: HTMLCanvasElement;
let told: unknown[];

const say = (target: HTMLElement, type: string, clientX: number, clientY = 0, more = {}) =>
  target.dispatchEvent(new PointerEvent(type, { clientX, clientY, button: 0, ...more }));

beforeEach(() => {
  told = [];
  canvas = document.createElement("canvas");
  canvas.tabIndex = 0;
  document.body.append(canvas);
  const note =
    (name: string) =>
    (...given: unknown[]) =>
      void told.push([name, ...given]);
  point(canvas, {
    nodeAt: (x, y) => (Math.hypot(x - 100, y - 100) < 10 ? NODE : -1),
    hover: note("hover"),
    leave: note("leave"),
    click: note("click"),
    letGo: note("let go"),
    drag: note("drag"),
    dropped: note("dropped"),
    pan: note("pan"),
    zoom: note("zoom"),
  });
});

test("a press that hardly moves is a click", () => {
  say(canvas, "pointerdown", 100, 100);
  say(canvas, "pointermove", 102, 101);
  say(canvas, "pointerup", 102, 101);
  expect(told).toEqual([["click", 102, 101]]);
});

test("a node is dragged, the ground is moved", () => {
  say(canvas, "pointerdown", 100, 100);
  say(canvas, "pointermove", 130, 120);
  say(canvas, "pointerup", 130, 120);
  say(canvas, "pointerdown", 10, 10);
  say(canvas, "pointermove", 30, 5);
  say(canvas, "pointerup", 30, 5);
  expect(told).toEqual([
    ["drag", NODE, 130, 120],
    ["dropped", NODE],
    ["pan", 20, -5],
  ]);
});

test("the wheel scrolls the page until the picture was clicked", () => {
  const wheel = () => {
    const event = new WheelEvent("wheel", { deltaY: -100, cancelable: true });
    Object.assign(event, { clientX: 50, clientY: 60 }); // happy-dom leaves them out
    canvas.dispatchEvent(event);
    return event.defaultPrevented;
  };
  expect(wheel()).toBe(false);
  canvas.focus();
  expect(wheel()).toBe(true);
  expect(told).toEqual([["zoom", 50, 60, Math.exp(0.16)]]);
});

test("on the timeline a press asks for a tick, never for one to come, and shift chooses a stretch", () => {
  const sent: Message[] = [];
  const timeline = new Timeline(threeBanks(), (message) => sent.push(message));
  timeline.root.getBoundingClientRect = () => ({ left: 0, width: 200 }) as DOMRect;
  timeline.update({ tick: 40, now: 40, loop: null, label: "" } as Header);
  say(timeline.root, "pointerdown", 50);
  say(timeline.root, "pointerup", 50);
  expect(sent).toEqual([{ kind: "seek", tick: 25 }]);
  timeline.seek(99);
  say(timeline.root, "pointerdown", 60, 0, { shiftKey: true });
  say(timeline.root, "pointermove", 20);
  say(timeline.root, "pointerup", 20);
  expect(sent.slice(1)).toEqual([{ kind: "live" }, { kind: "loop", range: [10, 30] }]);
});
