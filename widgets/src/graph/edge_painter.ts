import type { Camera } from "./camera";
import type { Palette } from "./colours";
import { type Curve, curve, curveX, curveY } from "./curve";
import { nodesCurve } from "./hit";
import { largestRadius } from "./place";
import type { Edges, Scene } from "./scene";

const LEVELS = 6; // of opacity
const STEPS = 32; // of strength
const BROAD = 250; // so many edges, the strongest, are drawn broad: a hairline costs a quarter of that
const HEADS = 600; // with more edges than this the taper alone tells the direction
const APART = 5; // pixels between what settled and what waits
const NOWHERE: Edges = (() => {
  const none = new Float32Array(0);
  return { count: 0, source: none, target: none, flow: none, queued: none, fresh: none };
})();

/** The edges of one frame: the strong ones broad and tapered, the others as hairlines, what waits as dashes. */
export class EdgePainter {
  edges: Edges = NOWHERE;
  private strong = 0; // from this share on an edge is drawn broad
  private thick = 1;
  private dense = 1;
  private heads = true;
  private readonly steps = new Int32Array(STEPS + 1);
  private readonly line: Curve = curve();
  private hairs: Path2D[] = [];
  private waits: Path2D[] = [];

  /** Takes the scene's newest edges for a new painting. */
  begin(scene: Scene, camera: Camera): void {
    this.edges = scene.edges;
    const { count } = this.edges;
    this.thick = Math.max(0.3, Math.min(1, largestRadius(camera, scene.count) / 24));
    this.dense = Math.max(0.22, Math.min(1, 16 / Math.sqrt(count || 1))); // many lines are fainter lines
    this.heads = count <= HEADS;
    this.strong = count <= BROAD ? 0 : this.strongest(scene);
  }

  /** What one edge costs, in hairlines: how many fit into a slice depends on it. */
  get cost(): number {
    return 1 + (3 * Math.min(BROAD, this.edges.count)) / Math.max(1, this.edges.count);
  }

  paint(
    context: CanvasRenderingContext2D,
    scene: Scene,
    palette: Palette,
    from: number,
    until: number,
  ): void {
    this.hairs = paths();
    this.waits = paths();
    context.fillStyle = palette.flow;
    for (let i = from; i < until; i++) this.add(context, scene, i);
    context.lineWidth = 1 / (context.getTransform?.().a || 1);
    context.strokeStyle = palette.flow;
    this.hairs.forEach((path, level) => {
      context.globalAlpha = this.dense * (0.15 + (0.7 * (level + 0.5)) / LEVELS);
      context.stroke(path);
    });
    context.strokeStyle = palette.waiting;
    if (this.edges.count <= BROAD) context.lineWidth = 1.3;
    this.waits.forEach((path, level) => {
      context.globalAlpha = this.dense * (0.35 + (0.65 * (level + 0.5)) / LEVELS);
      context.stroke(path);
    });
    context.globalAlpha = 1;
  }

  private add(context: CanvasRenderingContext2D, scene: Scene, edge: number): void {
    const { edges, line, heads } = this;
    const [a, b] = [edges.source[edge], edges.target[edge]];
    const flow = scene.edgeShare("flow", edge, edges);
    if (flow > 0 && nodesCurve(scene, a, b, line)) {
      const fresh = level(edges.fresh[edge] ?? flow);
      if (flow >= this.strong) {
        context.globalAlpha = this.dense * (0.12 + (0.66 * (fresh + 0.5)) / LEVELS);
        context.beginPath();
        taper(context, line, this.thick * (0.9 + 4.2 * flow), heads ? this.thick : 0);
        context.fill();
      } else {
        this.hairs[fresh].moveTo(line[0], line[1]);
        this.hairs[fresh].quadraticCurveTo(line[2], line[3], line[4], line[5]);
      }
    }
    const queued = scene.edgeShare("queued", edge, edges);
    if (queued > 0 && nodesCurve(scene, a, b, line, flow > 0 ? APART : 0)) {
      dashes(this.waits[level(queued)], line, edges.count <= BROAD);
    }
  }

  /** The share that only the strongest edges reach. */
  private strongest(scene: Scene): number {
    const { steps, edges } = this;
    steps.fill(0);
    for (let i = 0; i < edges.count; i++) steps[Math.floor(scene.edgeShare("flow", i, edges) * STEPS)]++;
    let [step, many] = [STEPS, steps[STEPS]];
    while (step > 0 && many + steps[step - 1] <= BROAD) many += steps[--step];
    return Math.max(step, 1) / STEPS;
  }
}

function paths(): Path2D[] {
  return Array.from({ length: LEVELS }, () => new Path2D());
}

function level(share: number): number {
  return Math.max(0, Math.min(LEVELS - 1, Math.floor(share * LEVELS)));
}

/** A curve that is broad where it leaves and narrow where it arrives, with an arrowhead where there is room. */
function taper(
  path: CanvasRenderingContext2D,
  [x0, y0, cx, cy, x1, y1]: Curve,
  width: number,
  head: number,
): void {
  const start = width / 2 / (Math.hypot(cx - x0, cy - y0) || 1);
  const end = width / 7 / (Math.hypot(x1 - cx, y1 - cy) || 1);
  const [ax, ay] = [-(cy - y0) * start, (cx - x0) * start];
  const [bx, by] = [-(y1 - cy) * end, (x1 - cx) * end];
  path.moveTo(x0 + ax, y0 + ay);
  path.quadraticCurveTo(cx + (ax + bx) / 2, cy + (ay + by) / 2, x1 + bx, y1 + by);
  path.lineTo(x1 - bx, y1 - by);
  path.quadraticCurveTo(cx - (ax + bx) / 2, cy - (ay + by) / 2, x0 - ax, y0 - ay);
  path.closePath();
  if (head) arrow(path, x1, y1, Math.atan2(y1 - cy, x1 - cx), head * (5 + 0.9 * width));
}

function arrow(path: CanvasRenderingContext2D, x: number, y: number, angle: number, length: number): void {
  path.moveTo(x + Math.cos(angle), y + Math.sin(angle));
  path.lineTo(x - length * Math.cos(angle - 0.4), y - length * Math.sin(angle - 0.4));
  path.lineTo(x - length * Math.cos(angle + 0.4), y - length * Math.sin(angle + 0.4));
  path.closePath();
}

/** Dashes along a curve, as straight strokes: many times cheaper than the canvas's own dashes on curves. */
function dashes(path: Path2D, line: Curve, fine: boolean): void {
  const length = Math.hypot(line[4] - line[0], line[5] - line[1]);
  const count = Math.max(3, Math.min(fine ? 50 : 14, Math.round(length / (fine ? 9 : 15))));
  for (let i = 0; i < count; i++) {
    const [from, to] = [i / count, (i + 0.55) / count];
    path.moveTo(curveX(line, from), curveY(line, from));
    path.lineTo(curveX(line, to), curveY(line, to));
  }
}
