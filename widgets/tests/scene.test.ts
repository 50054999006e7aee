import { beforeEach, expect, test } from "vitest";
import { Camera } from "../src/graph/camera";
import { edgeAt, nodeAt, nodesCurve } from "../src/graph/hit";
import { place } from "../src/graph/place";
import { Scene } from "../src/graph/scene";
import { share } from "../src/graph/structure";
import { type Header, parseFrame } from "../src/graph/wire";
import { packed } from "./frames";
import { COLUMNS, DOMAINS, threeBanks } from "./structures";

let scene: Scene;
const frame = (header: Partial<Header> = {}, columns: Record<string, number[]> = COLUMNS) =>
  parseFrame(packed({ domains: DOMAINS, ...header }, columns));

beforeEach(() => {
  scene = new Scene(threeBanks());
});

test("a share lies on its scale between the ends of its domain", () => {
  expect(share(25, [0, 100], "sqrt")).toBe(0.5);
  expect(share(25, [0, 100])).toBe(0.25);
  expect(share(500, [0, 100])).toBe(1);
  expect(share(-5, [0, 100])).toBe(0);
  expect(share(Number.NaN, [0, 100])).toBe(0);
  expect(share(1, [0, 0])).toBe(0);
});

test("numbers become what the encoding says", () => {
  scene.take(frame());
  scene.ease(Number.POSITIVE_INFINITY);
  expect([...scene.size.shown]).toEqual([1, 0.5, 0]);
  expect([...scene.fill.shown]).toEqual([0.25, 1, 0]);
  expect([...scene.ring.shown]).toEqual([0, 0.5, 1]);
  expect([0, 1, 2].map((i) => scene.shape(i))).toEqual(["circle", "circle", "square"]);
  expect(scene.state(2)).toBe("out of service");
  expect(scene.edgeShare("flow", 0)).toBe(1);
  expect(scene.edges.fresh[0]).toBe(1);
});

test("the newest frame wins, whatever comes after it", () => {
  expect(scene.take(frame({ seq: 5, tick: 50 }))).toBe(true);
  expect(scene.take(frame({ seq: 4, tick: 40 }))).toBe(false);
  expect(scene.header?.tick).toBe(50);
});

test("a frame of other nodes is not drawn", () => {
  expect(scene.take(frame({}, { "node.sent": [1, 2] }))).toBe(false);
  expect(scene.take(frame({}, { ...COLUMNS, "edge.target": [1, 3] }))).toBe(false);
  expect(scene.frame).toBeNull();
});

test("what is shown eases towards the frame and then rests", () => {
  scene.take(frame());
  expect(scene.ease(16)).toBe(true);
  expect(scene.size.shown[0]).toBeGreaterThan(0);
  expect(scene.size.shown[0]).toBeLessThan(1);
  let steps = 0;
  while (scene.ease(16) && steps < 1000) steps++;
  expect(scene.size.shown[0]).toBe(1);
  expect(scene.ease(16)).toBe(false);
});

test("a happening is handed out once, and not at all to a view that came late", () => {
  const events = [{ id: 3, type: "settle", path: [0, 1] }];
  scene.take(frame({ seq: 1, events }));
  expect(scene.news(true)).toEqual(events);
  scene.take(frame({ seq: 2, events: [...events, { id: 4, type: "settle", path: [1, 2] }] }));
  expect(scene.news(true).map(({ id }) => id)).toEqual([4]);
  scene.take(frame({ seq: 3, events: [{ id: 5, type: "settle", path: [1, 2] }] }));
  expect(scene.news(false)).toEqual([]);
  expect(scene.news(true)).toEqual([]);
});

test("frames do not move nodes; pins do, and their end takes them back", () => {
  const places = () => [...scene.x, ...scene.y];
  const before = places();
  for (let seq = 1; seq < 20; seq++) {
    scene.take(frame({ seq, tick: seq }));
    scene.ease(16);
  }
  expect(places()).toEqual(before);
  scene.pin({ HARBOUR: [0.25, 0.75] });
  expect([scene.x[1], scene.y[1], scene.pinned[1]]).toEqual([0.25, 0.75, 1]);
  scene.pin({});
  expect(places()).toEqual(before);
});

test("what is under the pointer: the nearest node, else the edge, else nothing", () => {
  const camera = new Camera(scene.structure.x, scene.structure.y);
  camera.resize(800, 400);
  scene.take(frame());
  scene.ease(Number.POSITIVE_INFINITY);
  place(scene, camera);
  expect(nodeAt(scene, scene.px[1] + 2, scene.py[1])).toBe(1);
  expect(nodeAt(scene, 2, 398)).toBe(-1);
  const line = new Float64Array(6);
  nodesCurve(scene, 0, 1, line);
  const middle = [(line[0] + 2 * line[2] + line[4]) / 4, (line[1] + 2 * line[3] + line[5]) / 4] as const;
  expect(edgeAt(scene, ...middle)).toBe(0);
  nodesCurve(scene, 1, 0, line);
  expect(edgeAt(scene, (line[0] + 2 * line[2] + line[4]) / 4, (line[1] + 2 * line[3] + line[5]) / 4)).toBe(1);
  expect(edgeAt(scene, 2, 398)).toBe(-1);
});

test("the camera shows everything, zooms around the pointer and finds its way back to the layout", () => {
  const camera = new Camera(scene.structure.x, scene.structure.y);
  camera.resize(800, 400);
  for (let i = 0; i < 3; i++) {
    expect(camera.screenX(scene.x[i])).toBeGreaterThan(0);
    expect(camera.screenX(scene.x[i])).toBeLessThan(800);
    expect(camera.screenY(scene.y[i])).toBeGreaterThan(0);
    expect(camera.screenY(scene.y[i])).toBeLessThan(400);
  }
  const under = camera.layoutX(300);
  camera.zoomAt(300, 100, 3);
  expect(camera.layoutX(300)).toBeCloseTo(under);
  expect(camera.screenX(camera.layoutX(77))).toBeCloseTo(77);
  expect(camera.screenY(camera.layoutY(55))).toBeCloseTo(55);
  camera.fit();
  expect([camera.zoom, camera.panX, camera.panY]).toEqual([1, 0, 0]);
});
