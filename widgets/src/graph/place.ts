import type { Camera } from "./camera";
import type { Scene } from "./scene";

const LARGEST = 46;
const ROOM = 0.3; // of the space that each node has on average

/** The radius of the largest node, in CSS pixels: the more nodes, the smaller; near, they grow slower than space. */
export function largestRadius(camera: Camera, count: number): number {
  const room = ROOM * Math.sqrt((camera.width * camera.height) / Math.max(1, count));
  return Math.min(LARGEST, Math.max(4.5, room)) * Math.sqrt(Math.min(camera.zoom, 6));
}

/** Writes where the nodes are on the canvas, and how large. */
export function place(scene: Scene, camera: Camera): void {
  const most = largestRadius(camera, scene.count);
  const least = Math.max(2, 0.3 * most);
  const { x, y, px, py, pr } = scene;
  const size = scene.size.shown;
  const sized = scene.structure.encoding.node.size !== undefined;
  for (let i = 0; i < scene.count; i++) {
    px[i] = camera.screenX(x[i]);
    py[i] = camera.screenY(y[i]);
    pr[i] = sized ? least + (most - least) * size[i] : 0.6 * most;
  }
}
