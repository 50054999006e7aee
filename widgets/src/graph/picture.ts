import { drawAnimations } from "./animation_painter";
import type { Animations } from "./animations";
import type { Camera } from "./camera";
import type { Palette } from "./colours";
import { curve } from "./curve";
import { EdgePainter } from "./edge_painter";
import { nodesCurve } from "./hit";
import { Labels } from "./labels";
import { Layer } from "./layer";
import { type Marks, NodePainter } from "./node_painter";
import { place } from "./place";
import type { Scene } from "./scene";

/** What the pointer, a search and the selection point at. */
export interface Focus {
  node: number; // under the pointer, or -1
  edge: number;
  selected: number;
  selectedEdge: [source: number, target: number] | null;
  matches: Marks;
}

export const LIVE = 300; // more nodes than this are not painted for every picture but kept as a layer
const SMOOTH = 19; // milliseconds from picture to picture: above it, smaller slices
const SMALLER = 0.85;
const LARGER = 1.003; // slowly back: each try at more may cost a late picture
const HAIRS = 700; // a slice of edges, in hairlines
const NODES = 220; // a slice of nodes

const line = curve();

/** The canvas: from back to front the edges, what is lit of them, nodes, animations and names. */
export class Picture {
  readonly nodes = new NodePainter();
  readonly labels = new Labels();
  private readonly edges = new EdgePainter();
  private readonly edgeLayer = new Layer();
  private readonly nodeLayer = new Layer();
  private ratio = 1;
  private relabel = true;
  private pace = 1; // how much fits into a slice on this machine

  constructor(readonly canvas: HTMLCanvasElement) {}

  resize(camera: Camera, ratio: number): void {
    this.ratio = ratio;
    this.canvas.width = Math.round(camera.width * ratio);
    this.canvas.height = Math.round(camera.height * ratio);
    this.edgeLayer.resize(camera, ratio);
    this.nodeLayer.resize(camera, ratio);
    this.labels.forget();
    this.relabel = true;
  }

  /** The numbers changed: what is kept is painted anew, after the painting under way. */
  updated(): void {
    this.edgeLayer.stale = true;
    this.nodeLayer.stale = true;
  }

  /** Places moved: names are chosen anew as well. */
  changed(): void {
    this.updated();
    this.relabel = true;
  }

  /** Sizes changed: names are chosen anew. */
  relabelled(): void {
    this.relabel = true;
  }

  recoloured(): void {
    this.labels.forget();
    this.edgeLayer.restart();
    this.nodeLayer.restart();
    this.relabel = true;
  }

  /** Whether the next picture begins to paint many nodes anew. */
  get nodesBegin(): boolean {
    return this.nodeLayer.begins;
  }

  /** Draws a moment; true while something is still being painted. */
  draw(
    scene: Scene,
    camera: Camera,
    palette: Palette,
    focus: Focus,
    animations: Animations,
    moment: { now: number; interval: number; still: boolean },
  ): boolean {
    const context = this.canvas.getContext("2d");
    if (!context) return false;
    place(scene, camera);
    this.pace *= moment.interval > SMOOTH ? SMALLER : LARGER;
    this.pace = Math.max(0.4, Math.min(1.2, this.pace));
    const unfinished = this.work(scene, camera, palette, focus);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, camera.width, camera.height);
    context.globalAlpha = focus.selected >= 0 || focus.selectedEdge || focus.matches ? 0.4 : 1;
    this.edgeLayer.draw(context, camera);
    context.globalAlpha = 1;
    this.lit(context, scene, palette, focus);
    if (scene.count > LIVE) this.nodeLayer.draw(context, camera);
    else this.nodes.paint(context, scene, palette, focus.matches, 0, scene.count);
    this.marks(context, scene, palette, focus);
    drawAnimations(context, scene, animations, palette, moment.now, moment.still);
    this.names(context, scene, camera, palette, focus);
    return unfinished;
  }

  /** A slice of the layers that are not up to date. */
  private work(scene: Scene, camera: Camera, palette: Palette, focus: Focus): boolean {
    const { edges, edgeLayer, nodeLayer, nodes, pace } = this;
    if (edgeLayer.begins) edges.begin(scene, camera);
    const slice = Math.round((pace * HAIRS) / edges.cost);
    const left = edgeLayer.work(camera, edges.edges.count, slice, (context, from, until) =>
      edges.paint(context, scene, palette, from, until),
    );
    if (scene.count <= LIVE) return left;
    const more = nodeLayer.work(camera, scene.count, Math.round(pace * NODES), (context, from, until) =>
      nodes.paint(context, scene, palette, focus.matches, from, until),
    );
    return left || more;
  }

  private names(
    context: CanvasRenderingContext2D,
    scene: Scene,
    camera: Camera,
    palette: Palette,
    focus: Focus,
  ): void {
    if (this.relabel) {
      const first = [focus.selected, ...(focus.selectedEdge ?? [])].filter((node) => node >= 0);
      this.labels.choose(scene, camera, palette, this.ratio, first);
      this.relabel = false;
    }
    this.labels.draw(context, scene, palette, this.ratio);
  }

  /** The edges of the selected node, and the one selected or under the pointer. */
  private lit(context: CanvasRenderingContext2D, scene: Scene, palette: Palette, focus: Focus): void {
    context.strokeStyle = palette.ink;
    context.lineCap = "round";
    const { source, target, count } = scene.edges;
    const chosen = focus.selected >= 0 ? focus.selected : focus.node;
    for (let i = 0; i < count; i++) {
      const mine = chosen >= 0 && (source[i] === chosen || target[i] === chosen);
      const marked = i === focus.edge || isEdge(focus.selectedEdge, source[i], target[i]);
      if (!(mine || marked) || !nodesCurve(scene, source[i], target[i], line)) continue;
      context.globalAlpha = marked ? 0.9 : 0.25 + 0.4 * scene.edgeShare("flow", i);
      context.lineWidth = marked ? 2.2 : 1.2;
      context.beginPath();
      context.moveTo(line[0], line[1]);
      context.quadraticCurveTo(line[2], line[3], line[4], line[5]);
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  /** Rings around what is selected, under the pointer, or pinned. */
  private marks(context: CanvasRenderingContext2D, scene: Scene, palette: Palette, focus: Focus): void {
    context.strokeStyle = palette.ink;
    const ring = (node: number, width: number) => {
      context.lineWidth = width;
      context.beginPath();
      context.arc(scene.px[node], scene.py[node], scene.reach[node] + 4, 0, 2 * Math.PI);
      context.stroke();
    };
    if (focus.node >= 0) ring(focus.node, 1.2);
    if (focus.selected >= 0) ring(focus.selected, 2.4);
    context.fillStyle = palette.ink;
    for (let i = 0; i < scene.count; i++) {
      if (!scene.pinned[i]) continue;
      context.beginPath();
      context.arc(
        scene.px[i] + scene.reach[i] * 0.8,
        scene.py[i] - scene.reach[i] * 0.8,
        2.6,
        0,
        2 * Math.PI,
      );
      context.fill();
    }
  }
}

function isEdge(selected: [number, number] | null, source: number, target: number): boolean {
  return selected !== null && selected[0] === source && selected[1] === target;
}
