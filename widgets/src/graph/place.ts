import type { Camera } from "./camera";
import type { Scene } from "./scene";

const LARGEST = 42;
const ROOM = 0.27; // of the space that each node has on average
const ROOMY = 9; // from this radius on there is space between a node and its ring

/** The radius of the largest node, in CSS pixels: the more nodes, the smaller; near, they grow slower than space. */
export function largestRadius(camera: Camera, count: number): number {
  const room = ROOM * Math.sqrt((camera.width * camera.height) / Math.max(1, count));
  return Math.min(LARGEST, Math.max(4.5, room)) * Math.sqrt(Math.min(camera.zoom, 6));
}

/** Writes where the nodes are on the canvas, how large, and where they end with their rings. */
export function place(scene: Scene, camera: Camera): void {
  const most = largestRadius(camera, scene.count);
  const least = Math.max(2, 0.3 * most);
  const { x, y, px, py, pr, reach } = scene;
  const size = scene.size.shown;
  const sized = scene.structure.encoding.node.size !== undefined;
  for (let i = 0; i < scene.count; i++) {
    px[i] = camera.screenX(x[i]);
    py[i] = camera.screenY(y[i]);
    pr[i] = sized ? least + (most - least) * size[i] : 0.6 * most;
    const ring = ringWidth(scene, i);
    reach[i] = pr[i] + (ring ? ring + gap(pr[i]) : 0);
  }
}

/** How thick the ring of a node is, in pixels; nothing where nothing waits. */
export function ringWidth(scene: Scene, node: number): number {
  const part = scene.ring.shown[node];
  return part > 0.01 ? part * (1.6 + 0.16 * scene.pr[node]) + 0.9 : 0;
}

/** The space between a node and its ring. */
export function gap(radius: number): number {
  return radius > ROOMY ? 2.2 : 1;
}
