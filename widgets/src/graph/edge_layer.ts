import type { Camera } from "./camera";
import type { Palette } from "./colours";
import { type Curve, curve, curveX, curveY } from "./curve";
import { nodesCurve } from "./hit";
import { largestRadius } from "./place";
import type { Edges, Scene } from "./scene";

const LEVELS = 6; // of opacity, each one path
const HEADS = 600; // with more edges than this the taper alone tells the direction
const APART = 5; // pixels between what settled and what waits
const FEWEST = 150;
const LIMIT = 19; // milliseconds between pictures: above it, smaller slices

interface View {
  zoom: number;
  panX: number;
  panY: number;
}

/**
 * The edges, painted apart from all else and kept until they change. With many edges a new painting grows slice by
 * slice behind the one that is shown, so that no single picture has to wait for all of them.
 */
export class EdgeLayer {
  private front = document.createElement("canvas");
  private back = document.createElement("canvas");
  private painted: View | null = null;
  private painting: View = { zoom: 1, panX: 0, panY: 0 };
  private next = -1; // the edge to paint next, counting down: the largest come first and are painted last
  private edges: Edges | null = null; // of the frame that is being painted
  private slice = 700;
  private stale = true;
  private ratio = 1;
  private readonly line: Curve = curve();

  resize(camera: Camera, ratio: number): void {
    this.ratio = ratio;
    for (const canvas of [this.front, this.back]) {
      canvas.width = Math.round(camera.width * ratio);
      canvas.height = Math.round(camera.height * ratio);
    }
    this.restart();
  }

  /** Something changed; the painting under way is finished first. */
  invalidate(): void {
    this.stale = true;
  }

  /** All anew, at once. */
  restart(): void {
    this.stale = true;
    this.next = -1;
    this.painted = null;
  }

  /** Paints a slice; true while a painting is under way. `interval` is the time since the last picture. */
  work(scene: Scene, camera: Camera, palette: Palette, interval: number): boolean {
    this.slice = Math.max(FEWEST, Math.min(5000, this.slice * (interval > LIMIT ? 0.8 : 1.05)));
    if (this.next < 0) {
      if (!this.stale) return false;
      this.begin(scene, camera);
    }
    const until = this.painted ? Math.max(-1, this.next - Math.round(this.slice)) : -1;
    this.paint(scene, camera, palette, this.next, until);
    this.next = until;
    if (until < 0) this.finish();
    return this.next >= 0 || this.stale;
  }

  /** Puts the last whole painting where the camera looks now. */
  draw(context: CanvasRenderingContext2D, camera: Camera): void {
    if (!this.painted || !this.front.width) return;
    const { width, height } = camera;
    const scale = camera.zoom / this.painted.zoom;
    const x = width / 2 + camera.panX - (width / 2 + this.painted.panX) * scale;
    const y = height / 2 + camera.panY - (height / 2 + this.painted.panY) * scale;
    context.drawImage(this.front, x, y, width * scale, height * scale);
  }

  private begin(scene: Scene, { zoom, panX, panY, width, height }: Camera): void {
    this.stale = false;
    this.edges = scene.edges;
    this.next = scene.edges.count - 1;
    Object.assign(this.painting, { zoom, panX, panY });
    const context = this.back.getContext("2d");
    context?.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context?.clearRect(0, 0, width, height);
  }

  private finish(): void {
    [this.front, this.back] = [this.back, this.front];
    const spare = this.painted ?? { zoom: 1, panX: 0, panY: 0 };
    this.painted = this.painting;
    this.painting = spare;
  }

  private paint(scene: Scene, camera: Camera, palette: Palette, from: number, until: number): void {
    const context = this.back.getContext("2d");
    const edges = this.edges;
    if (!context || !edges) return;
    const flows = Array.from({ length: LEVELS }, () => new Path2D());
    const waits = Array.from({ length: LEVELS }, () => new Path2D());
    const thick = Math.max(0.3, Math.min(1, largestRadius(camera, scene.count) / 24));
    const heads = edges.count <= HEADS;
    for (let i = from; i > until; i--) this.add(flows, waits, scene, edges, i, thick, heads);
    const dense = Math.max(0.35, Math.min(1, 16 / Math.sqrt(edges.count || 1))); // many lines are fainter lines
    flows.forEach((path, level) => {
      context.globalAlpha = dense * (0.12 + (0.66 * (level + 0.5)) / LEVELS);
      context.fillStyle = palette.flow;
      context.fill(path);
    });
    context.strokeStyle = palette.waiting;
    context.lineCap = "butt";
    waits.forEach((path, level) => {
      context.globalAlpha = Math.sqrt(dense) * (0.3 + (0.6 * (level + 0.5)) / LEVELS);
      context.lineWidth = thick * (1.2 + (2.2 * level) / LEVELS);
      context.stroke(path);
    });
    context.globalAlpha = 1;
  }

  private add(
    flows: Path2D[],
    waits: Path2D[],
    scene: Scene,
    edges: Edges,
    edge: number,
    thick: number,
    heads: boolean,
  ): void {
    const [a, b] = [edges.source[edge], edges.target[edge]];
    const flow = scene.edgeShare("flow", edge, edges);
    if (flow > 0 && nodesCurve(scene, a, b, this.line)) {
      const width = thick * (0.9 + 4.2 * flow);
      taper(flows[level(edges.fresh[edge] ?? flow)], this.line, width, heads ? thick : 0);
    }
    const queued = scene.edgeShare("queued", edge, edges);
    if (queued > 0 && nodesCurve(scene, a, b, this.line, flow > 0 ? APART : 0)) {
      dashes(waits[level(queued)], this.line, heads);
    }
  }
}

function level(share: number): number {
  return Math.min(LEVELS - 1, Math.floor(share * LEVELS));
}

/** A curve that is broad where it leaves and narrow where it arrives, with an arrowhead where there is room. */
function taper(path: Path2D, [x0, y0, cx, cy, x1, y1]: Curve, width: number, head: number): void {
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

function arrow(path: Path2D, x: number, y: number, angle: number, length: number): void {
  path.moveTo(x + Math.cos(angle), y + Math.sin(angle));
  path.lineTo(x - length * Math.cos(angle - 0.4), y - length * Math.sin(angle - 0.4));
  path.lineTo(x - length * Math.cos(angle + 0.4), y - length * Math.sin(angle + 0.4));
  path.closePath();
}

/** Dashes along a curve, as straight strokes: many times cheaper than the canvas's own dashes on curves. */
function dashes(path: Path2D, line: Curve, fine: boolean): void {
  const length = Math.hypot(line[4] - line[0], line[5] - line[1]);
  const count = Math.max(3, Math.min(fine ? 60 : 14, Math.round(length / (fine ? 9 : 15))));
  for (let i = 0; i < count; i++) {
    const [from, to] = [i / count, (i + 0.55) / count];
    path.moveTo(curveX(line, from), curveY(line, from));
    path.lineTo(curveX(line, to), curveY(line, to));
  }
}
