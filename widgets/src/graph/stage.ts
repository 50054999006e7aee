import { Animations } from "./animations";
import { Camera } from "./camera";
import { Card } from "./card";
import { type Palette, palette } from "./colours";
import { edgeAt, nodeAt } from "./hit";
import { Pace } from "./pace";
import { type Focus, LIVE, Picture } from "./picture";
import { point } from "./pointer";
import { Scene } from "./scene";
import type { Structure } from "./structure";
import type { Frame, Selected } from "./wire";

/** What the user does on the picture, and that it was drawn. */
export interface Events {
  select(selected: Selected | null): void;
  pin(id: string, x: number | null, y: number | null): void;
  drawn(now: number): void;
}

const PENDING = 1500; // milliseconds for which a click counts before the kernel confirmed it
const NAMES = 1200; // milliseconds between two choices of names while sizes change
const SLOWLY = 250; // milliseconds between pictures for those who asked for less motion
const TOLD = 200; // milliseconds between two readings of the card
const CLOSE = 2.5; // how near a search goes

/** The canvas with all that is on it, and the loop that draws only when something changes and someone can see it. */
export class Stage {
  readonly scene: Scene;
  readonly camera: Camera;
  readonly picture: Picture;
  readonly animations: Animations;
  readonly card = new Card();
  readonly pace = new Pace();
  readonly focus: Focus = { node: -1, edge: -1, selected: -1, selectedEdge: null, matches: null };
  still = false;
  stopped = false;
  visible = true;
  palette: Palette = palette("light");
  private scheduled = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private follows = false;
  private last = 0;
  private named = 0;
  private told = 0;
  private held = -1; // the node that is dragged
  private atX = 0; // the pointer
  private atY = 0;
  private wasMoving = false;
  private pending: { selected: Selected | null; until: number } | null = null;

  constructor(
    structure: Structure,
    readonly canvas: HTMLCanvasElement,
    private readonly events: Events,
  ) {
    this.scene = new Scene(structure);
    this.camera = new Camera(structure.x, structure.y);
    this.picture = new Picture(canvas);
    this.animations = new Animations(structure.encoding.animations);
    this.listen();
  }

  /** Shows a frame; its happenings are animated unless it only says how things stand. */
  take(frame: Frame, animate = true): boolean {
    const first = this.scene.frame === null;
    if (!this.scene.take(frame)) return false;
    const now = performance.now();
    for (const happening of this.scene.news(animate && this.visible)) this.animations.start(happening, now);
    if (this.pending && now < this.pending.until && !same(this.pending.selected, frame.header.selected)) {
      this.scene.selected = this.pending.selected;
    } else this.pending = null;
    this.point();
    if (this.focus.edge >= 0) this.focus.edge = edgeAt(this.scene, this.atX, this.atY); // each frame has its own
    this.picture.nodes.refresh(this.scene);
    if (first) this.scene.ease(Number.POSITIVE_INFINITY);
    if (first || now - this.named > NAMES) this.rename(now);
    this.picture.updated();
    this.wake();
    return true;
  }

  resize(width: number, height: number, ratio: number): void {
    if (!width || !height) return;
    this.camera.resize(width, height);
    this.picture.resize(this.camera, ratio);
    this.wake();
  }

  recolour(palette: Palette): void {
    this.palette = palette;
    this.picture.recoloured();
    this.wake();
  }

  /** The camera or a node moved. */
  moved(): void {
    this.picture.changed();
    this.wake();
  }

  zoom(factor: number): void {
    this.camera.zoomAt(this.camera.width / 2, this.camera.height / 2, factor);
    this.moved();
  }

  fit(): void {
    this.camera.fit();
    this.moved();
  }

  /** Selects at once; the kernel's next frames confirm it. */
  select(selected: Selected | null): void {
    this.scene.selected = selected;
    this.pending = { selected, until: performance.now() + PENDING };
    this.point();
    this.events.select(selected);
    this.moved();
  }

  /** Goes to a node and selects it. */
  visit(node: number): void {
    this.camera.centre(this.scene.x[node], this.scene.y[node], this.scene.count > 60 ? CLOSE : 1);
    this.select({ what: "node", id: this.scene.structure.ids[node] });
  }

  /** Draws soon, if anyone can see it. */
  wake(): void {
    clearTimeout(this.timer);
    if (!this.scheduled && this.visible) this.scheduled = requestAnimationFrame((now) => this.draw(now));
  }

  close(): void {
    cancelAnimationFrame(this.scheduled);
    clearTimeout(this.timer);
    this.stopped = true;
  }

  private draw(now: number): void {
    this.scheduled = 0;
    const interval = this.follows ? now - this.last : 0;
    this.pace.tick(now, this.follows);
    this.last = now;
    const moving = this.ease(interval);
    if (this.wasMoving && !moving) this.picture.updated(); // lines end at rims, which are at rest now
    this.wasMoving = moving;
    const running = this.animations.prune(now) && !this.stopped;
    const moment = { now, interval, still: this.still };
    const { scene, camera, palette, focus, animations } = this;
    const unfinished = this.picture.draw(scene, camera, palette, focus, animations, moment);
    this.pace.shows(scene.header?.seq ?? 0);
    if (now - this.told > TOLD) this.tell(now);
    this.events.drawn(now);
    this.follows = moving || unfinished || (running && !this.still);
    if (this.follows) this.wake();
    else if (running || this.animations.merged(now)) this.timer = setTimeout(() => this.wake(), SLOWLY);
  }

  /** Few nodes ease from frame to frame; many go there at once, when a painting of them begins. */
  private ease(interval: number): boolean {
    if (this.scene.count > LIVE) return this.picture.nodesBegin && this.scene.ease(Number.POSITIVE_INFINITY);
    return this.scene.ease(this.still ? Number.POSITIVE_INFINITY : Math.max(16, interval));
  }

  private rename(now: number): void {
    this.named = now;
    this.picture.relabelled();
  }

  /** What is selected, as numbers of nodes. */
  private point(): void {
    const { selected } = this.scene;
    this.focus.selected = selected?.what === "node" ? this.scene.find(selected.id) : -1;
    const ends = selected?.what === "edge" ? [selected.source, selected.target] : [];
    const [a, b] = ends.map((id) => this.scene.find(id));
    this.focus.selectedEdge = a >= 0 && b >= 0 ? [a, b] : null;
  }

  private listen(): void {
    const { scene, camera, focus } = this;
    point(this.canvas, {
      nodeAt: (x, y) => nodeAt(scene, x, y),
      hover: (x, y) => this.hover(x, y),
      leave: () => this.hover(Number.NaN, Number.NaN),
      click: (x, y) => this.click(x, y),
      letGo: (x, y) => this.letGo(nodeAt(scene, x, y)),
      drag: (node, x, y) => this.drag(node, x, y),
      dropped: (node) => {
        this.held = -1;
        this.events.pin(scene.structure.ids[node], scene.x[node], scene.y[node]);
      },
      pan: (dx, dy) => {
        camera.panX += dx;
        camera.panY += dy;
        focus.node = focus.edge = -1;
        this.card.hide();
        this.moved();
      },
      zoom: (x, y, factor) => {
        camera.zoomAt(x, y, factor);
        this.moved();
      },
    });
  }

  private hover(x: number, y: number): void {
    const { scene, focus } = this;
    const node = nodeAt(scene, x, y);
    const edge = node < 0 ? edgeAt(scene, x, y) : -1;
    this.canvas.style.cursor = node >= 0 || edge >= 0 ? "pointer" : "grab";
    const changed = node !== focus.node || edge !== focus.edge;
    [focus.node, focus.edge, this.atX, this.atY] = [node, edge, x, y];
    this.tell(performance.now());
    if (changed) this.wake();
  }

  /** The numbers under the pointer, as they are now. */
  private tell(now: number): void {
    const { scene, camera, focus, card } = this;
    this.told = now;
    if (focus.node >= 0) card.node(scene, focus.node, camera.width, camera.height);
    else if (focus.edge >= 0 && focus.edge < scene.edges.count) {
      card.edge(scene, focus.edge, this.atX, this.atY, camera.width, camera.height);
    } else card.hide();
  }

  private click(x: number, y: number): void {
    const { structure, edges } = this.scene;
    const node = nodeAt(this.scene, x, y);
    const edge = node < 0 ? edgeAt(this.scene, x, y) : -1;
    if (node >= 0) this.select({ what: "node", id: structure.ids[node] });
    else if (edge >= 0) {
      const [source, target] = [structure.ids[edges.source[edge]], structure.ids[edges.target[edge]]];
      this.select({ what: "edge", source, target });
    } else if (this.scene.selected) this.select(null);
  }

  private drag(node: number, x: number, y: number): void {
    const { scene, camera } = this;
    this.held = node;
    scene.x[node] = camera.layoutX(x);
    scene.y[node] = camera.layoutY(y);
    scene.pinned[node] = 1;
    this.card.hide();
    this.moved();
  }

  /** A pinned node goes back to where the layout has it. */
  private letGo(node: number): void {
    const { scene } = this;
    if (node < 0 || !scene.pinned[node]) return;
    scene.x[node] = scene.structure.x[node];
    scene.y[node] = scene.structure.y[node];
    scene.pinned[node] = 0;
    this.events.pin(scene.structure.ids[node], null, null);
    this.moved();
  }

  /** Nodes were pinned in another view or in Python. */
  repin(places: Record<string, [number, number]>): void {
    const { scene, held } = this;
    const [x, y] = [scene.x[held], scene.y[held]];
    scene.pin(places);
    if (held >= 0) [scene.x[held], scene.y[held], scene.pinned[held]] = [x, y, 1]; // still in the user's hand
    this.moved();
  }
}

function same(a: Selected | null, b: Selected | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
