import { type Channel, type Structure, share } from "./structure";
import type { Column, Frame, Happening, Header, Selected } from "./wire";

const EASE = 90; // milliseconds in which two thirds of a change are shown
const CLOSE = 0.004;
const PLAIN = "circle";

/** Shares of one channel: where they go, and what is shown on the way there. */
export class Eased {
  readonly target: Float32Array;
  readonly shown: Float32Array;

  constructor(count: number) {
    this.target = new Float32Array(count);
    this.shown = new Float32Array(count);
  }

  aim(values: Column | undefined, channel: Channel | undefined, domain: readonly [number, number]): void {
    if (!values || !channel) return;
    for (let i = 0; i < values.length; i++) this.target[i] = share(values[i], domain, channel.scale);
  }

  /** Goes a part of the way; true while some of it is left. */
  step(part: number): boolean {
    const { target, shown } = this;
    let moving = false;
    for (let i = 0; i < target.length; i++) {
      const left = target[i] - shown[i];
      if (left === 0) continue;
      if (part === 1 || (left < CLOSE && left > -CLOSE)) shown[i] = target[i];
      else {
        shown[i] += left * part;
        moving = true;
      }
    }
    return moving;
  }
}

export interface Edges {
  count: number;
  source: Column;
  target: Column;
  flow: Column;
  queued: Column;
  fresh: Column; // of what flowed, from 1 down to 0; empty where the world does not say
}

const NOTHING = new Float32Array(0);
const NO_EDGES: Edges = {
  count: 0,
  source: NOTHING,
  target: NOTHING,
  flow: NOTHING,
  queued: NOTHING,
  fresh: NOTHING,
};
const UNIT = [0, 1] as const;

/** What there is to draw: the nodes of a structure in the state of the newest frame. */
export class Scene {
  readonly count: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly pinned: Uint8Array;
  readonly px: Float32Array; // on the canvas, in CSS pixels, as last placed
  readonly py: Float32Array;
  readonly pr: Float32Array; // the radius of the node alone
  readonly reach: Float32Array; // and with its ring
  readonly size: Eased;
  readonly fill: Eased;
  readonly ring: Eased;
  readonly tone: Eased;
  readonly glow: Eased;
  frame: Frame | null = null;
  selected: Selected | null = null;
  edges: Edges = NO_EDGES;
  private lastEvent = -1;
  private readonly index: Map<string, number>;

  constructor(readonly structure: Structure) {
    const { ids, x, y } = structure;
    this.count = ids.length;
    this.x = Float32Array.from(x);
    this.y = Float32Array.from(y);
    this.pinned = new Uint8Array(this.count);
    [this.px, this.py, this.pr, this.reach] = [0, 1, 2, 3].map(() => new Float32Array(this.count));
    [this.size, this.fill, this.ring, this.tone, this.glow] = [0, 1, 2, 3, 4].map(
      () => new Eased(this.count),
    );
    this.index = new Map(ids.map((id, i) => [id, i]));
    this.pin(structure.pinned ?? {});
  }

  get header(): Header | null {
    return this.frame?.header ?? null;
  }

  /** The node of that name, or -1. */
  find(id: string): number {
    return this.index.get(id) ?? -1;
  }

  /** Puts the pinned nodes where they were dragged to, and all others where the layout has them. */
  pin(places: Record<string, [number, number]>): void {
    this.structure.ids.forEach((id, i) => {
      const place = places[id];
      this.pinned[i] = place ? 1 : 0;
      this.x[i] = place ? place[0] : this.structure.x[i];
      this.y[i] = place ? place[1] : this.structure.y[i];
    });
  }

  /** Takes a frame, unless it is older than the one shown or of another structure; answers whether it did. */
  take(frame: Frame): boolean {
    if (this.frame && frame.header.seq < this.frame.header.seq) return false;
    if (!this.fits(frame)) return false;
    this.frame = frame;
    this.selected = frame.header.selected;
    const { node, edge } = this.structure.encoding;
    for (const name of ["size", "fill", "ring", "tone", "glow"] as const) {
      const column = node[name]?.column ?? "";
      this[name].aim(frame.columns[`node.${column}`], node[name], this.domain(column));
    }
    this.edges = {
      count: frame.columns["edge.source"]?.length ?? 0,
      source: frame.columns["edge.source"] ?? NOTHING,
      target: frame.columns["edge.target"] ?? NOTHING,
      flow: frame.columns[`edge.${edge.flow?.column}`] ?? NOTHING,
      queued: frame.columns[`edge.${edge.queued?.column}`] ?? NOTHING,
      fresh: frame.columns[`edge.${edge.flow?.fade}`] ?? NOTHING,
    };
    return true;
  }

  /** Happenings of the frame that were not handed out before; without `animate` they count as seen. */
  news(animate: boolean): Happening[] {
    const events = this.header?.events ?? [];
    const fresh = events.filter(({ id, path }) => id > this.lastEvent && path.every((i) => i < this.count));
    for (const { id } of events) this.lastEvent = Math.max(this.lastEvent, id);
    return animate ? fresh : [];
  }

  domain(column: string): readonly [number, number] {
    return this.header?.domains[column] ?? UNIT;
  }

  /** Eases all channels towards the newest frame; true while something still moves. */
  ease(milliseconds: number): boolean {
    const part = 1 - Math.exp(-milliseconds / EASE);
    let moving = false;
    for (const channel of [this.size, this.fill, this.ring, this.tone, this.glow]) {
      if (channel.step(part)) moving = true;
    }
    return moving;
  }

  shape(node: number): string {
    const shapes = this.structure.encoding.node.shape;
    const code = shapes && this.value(shapes.column, node);
    return shapes?.codes[String(code)] || PLAIN;
  }

  /** The words for a node's state, empty where the encoding has none. */
  state(node: number): string {
    const shapes = this.structure.encoding.node.shape;
    return shapes?.labels?.[String(this.value(shapes.column, node))] ?? "";
  }

  /** The raw number of a node; NaN where the frame has no such column. */
  value(column: string, node: number): number {
    return this.frame?.columns[`node.${column}`]?.[node] ?? Number.NaN;
  }

  edgeShare(which: "flow" | "queued", edge: number, edges = this.edges): number {
    const channel = this.structure.encoding.edge[which];
    if (!channel) return 0;
    return share(edges[which][edge] ?? 0, this.domain(channel.column), channel.scale ?? "sqrt");
  }

  private fits({ header, columns }: Frame): boolean {
    if (header.columns.some(([name, , length]) => name.startsWith("node.") && length !== this.count))
      return false;
    for (const end of [columns["edge.source"], columns["edge.target"]]) {
      for (let i = 0; i < (end?.length ?? 0); i++) if (end[i] >= this.count) return false;
    }
    return true;
  }
}
