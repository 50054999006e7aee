import { between, curve, distanceTo } from "./curve";
import type { Scene } from "./scene";

const REACH = 5; // pixels beside a line or a rim that still count
const line = curve();

/** The node at a place of the canvas, the nearest of those that cover it; -1 where there is none. */
export function nodeAt(scene: Scene, x: number, y: number): number {
  let [found, least] = [-1, Number.POSITIVE_INFINITY];
  for (let i = 0; i < scene.count; i++) {
    const distance = Math.hypot(scene.px[i] - x, scene.py[i] - y);
    if (distance <= scene.reach[i] + REACH && distance < least) [found, least] = [i, distance];
  }
  return found;
}

/** The edge under a place of the canvas, the nearest; -1 where there is none. */
export function edgeAt(scene: Scene, x: number, y: number): number {
  let [found, least] = [-1, REACH];
  for (let i = 0; i < scene.edges.count; i++) {
    if (!near(scene, i, x, y) || !edgeCurve(scene, i)) continue;
    const distance = distanceTo(line, x, y);
    if (distance < least) [found, least] = [i, distance];
  }
  return found;
}

/** A quick look at the box around an edge, its bend included. */
function near(scene: Scene, edge: number, x: number, y: number): boolean {
  const [a, b] = [scene.edges.source[edge], scene.edges.target[edge]];
  const room = 30;
  return (
    x > Math.min(scene.px[a], scene.px[b]) - room &&
    x < Math.max(scene.px[a], scene.px[b]) + room &&
    y > Math.min(scene.py[a], scene.py[b]) - room &&
    y < Math.max(scene.py[a], scene.py[b]) + room
  );
}

function edgeCurve(scene: Scene, edge: number): boolean {
  return nodesCurve(scene, scene.edges.source[edge], scene.edges.target[edge], line);
}

/** The curve from one node to another as they stand on the canvas. */
export function nodesCurve(scene: Scene, a: number, b: number, out: Float64Array, extra = 0): boolean {
  const { px, py, reach } = scene;
  return between(out, px[a], py[a], reach[a], px[b], py[b], reach[b], extra);
}
