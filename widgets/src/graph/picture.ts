import { drawAnimations } from "./animation_painter";
import type { Animations } from "./animations";
import type { Camera } from "./camera";
import type { Palette } from "./colours";
import { curve } from "./curve";
import { EdgeLayer } from "./edge_layer";
import { nodesCurve } from "./hit";
import { Labels } from "./labels";
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

const line = curve();

/** The canvas: from back to front the edges, what is lit of them, nodes, animations and names. */
export class Picture {
  readonly edges = new EdgeLayer();
  readonly nodes = new NodePainter();
  readonly labels = new Labels();
  private ratio = 1;
  private relabel = true;

  constructor(readonly canvas: HTMLCanvasElement) {}

  resize(camera: Camera, ratio: number): void {
    this.ratio = ratio;
    this.canvas.width = Math.round(camera.width * ratio);
    this.canvas.height = Math.round(camera.height * ratio);
    this.edges.resize(camera, ratio);
    this.labels.forget();
    this.relabel = true;
  }

  /** Places moved or colours changed: names are chosen anew, edges are painted anew. */
  changed(): void {
    this.relabel = true;
    this.edges.invalidate();
  }

  /** Sizes changed: names are chosen anew. */
  relabelled(): void {
    this.relabel = true;
  }

  recoloured(): void {
    this.labels.forget();
    this.edges.restart();
    this.relabel = true;
  }

  /** Draws a moment; true while edges are still being painted. */
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
    const unfinished = this.edges.work(scene, camera, palette, moment.interval);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, camera.width, camera.height);
    context.globalAlpha = focus.selected >= 0 || focus.selectedEdge || focus.matches ? 0.4 : 1;
    this.edges.draw(context, camera);
    context.globalAlpha = 1;
    this.lit(context, scene, palette, focus);
    this.nodes.draw(context, scene, palette, focus.matches);
    this.marks(context, scene, palette, focus);
    drawAnimations(context, scene, animations, palette, moment.now, moment.still);
    this.names(context, scene, camera, palette, focus);
    return unfinished;
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
