import type { Structure } from "../src/graph/structure";
import type { Happening, Header } from "../src/graph/wire";

/** Numbers that are the same in every run. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const TYPES = ["settle", "settle", "settle", "settle", "queue", "offset", "cycle", "overdue"];

/** A made-up world of so many nodes and edges, all of whose numbers change from frame to frame. */
export class MadeUpWorld {
  readonly source: Uint32Array;
  readonly target: Uint32Array;
  readonly structure: Structure;
  private readonly random = chance(7);
  private readonly phase: Float32Array;
  private readonly weight: Float32Array;
  private seq = 0;
  private event = 0;

  constructor(
    readonly nodes: number,
    readonly edges: number,
  ) {
    const { random } = this;
    this.phase = Float32Array.from({ length: nodes }, () => 6.3 * random());
    this.weight = Float32Array.from({ length: nodes }, () => random() ** 2.5);
    this.source = Uint32Array.from({ length: edges }, () => Math.floor(nodes * random() ** 1.6));
    this.target = Uint32Array.from(this.source, (a) => (a + 1 + Math.floor((nodes - 1) * random())) % nodes);
    this.structure = structureOf(nodes);
  }

  /** A frame as the kernel packs it, with so many happenings. */
  frame(tick: number, happenings: number, more: Partial<Header> = {}): DataView {
    const { nodes, edges } = this;
    const wave = (i: number, pace: number) => 0.5 + 0.5 * Math.sin(this.phase[i % nodes] + tick * pace);
    const column = (count: number, value: (i: number) => number) =>
      Float32Array.from({ length: count }, (_, i) => value(i));
    const columns: Record<string, Float32Array | Uint32Array> = {
      "node.sent": column(nodes, (i) => 1e8 * this.weight[i]),
      "node.liquidity": column(nodes, (i) => wave(i, 0.11)),
      "node.queued": column(nodes, (i) => 5e6 * Math.max(0, wave(i, 0.07) - 0.75) * 4 * this.weight[i]),
      "node.stress": column(nodes, (i) => wave(i, 0.05) ** 2),
      "node.state": column(nodes, (i) => (i % 43 === 7 ? 1 : i % 61 === 11 ? 2 : 0)),
      "edge.source": this.source,
      "edge.target": this.target,
      "edge.flow": column(edges, (i) => 1e7 * Math.max(0, wave(i * 7, 0.2)) ** 3),
      "edge.queued": column(edges, (i) => 5e6 * Math.max(0, wave(i * 13 + 5, 0.1) - 0.9)),
    };
    const events = Array.from({ length: happenings }, () => this.happening());
    const domains = { sent: [0, 1e8], queued: [0, 5e6], flow: [0, 1e7], liquidity: [0, 1], stress: [0, 1] };
    return packed(
      { seq: ++this.seq, tick, now: tick, label: "day 1, 10:30", events, domains, ...more },
      columns,
    );
  }

  private happening(): Happening {
    const { random } = this;
    const type = TYPES[Math.floor(TYPES.length * random())];
    const edge = Math.floor(this.edges * random());
    const path = [this.source[edge], this.target[edge]];
    if (type === "cycle") path.push((path[1] + 3) % this.nodes);
    return { id: ++this.event, type, path, amount: 1e7 * random(), count: 1 };
  }
}

function structureOf(nodes: number): Structure {
  const golden = Math.PI * (3 - Math.sqrt(5));
  const spread = (i: number) => (nodes <= 24 ? 1 : Math.sqrt((i + 0.5) / nodes));
  const angle = (i: number) => (nodes <= 24 ? (2 * Math.PI * i) / nodes - Math.PI / 2 : golden * i);
  const names = Array.from({ length: nodes }, (_, i) => `BANK_${String(i + 1).padStart(3, "0")}`);
  return {
    version: 1,
    world: "payments",
    title: "made-up",
    unit: "tick",
    ticks: 1000,
    start: 0,
    ids: names,
    groups: null,
    group_names: [],
    x: names.map((_, i) => 0.5 + 0.5 * spread(i) * Math.cos(angle(i))),
    y: names.map((_, i) => 0.5 + 0.5 * spread(i) * Math.sin(angle(i))),
    encoding: {
      node: {
        size: { column: "sent", scale: "sqrt", label: "payment value", unit: "" },
        fill: { column: "liquidity", scale: "linear", label: "liquidity left" },
        ring: { column: "queued", scale: "sqrt", label: "queued value" },
        tone: { column: "stress", scale: "linear", low: "calm", high: "stressed" },
        shape: {
          column: "state",
          codes: { "0": "circle", "1": "square", "2": "diamond" },
          labels: { "0": "open", "1": "outage", "2": "in default" },
        },
      },
      edge: {
        flow: { column: "flow", label: "settled lately" },
        queued: { column: "queued", label: "waiting" },
      },
      card: [
        ["sent", "money"],
        ["liquidity", "share"],
        ["queued", "money"],
      ],
      animations: {
        settle: "pulse",
        offset: "ring2",
        cycle: "ring",
        queue: "drop",
        overdue: "blink",
        outage: "cross",
        collapse: "collapse",
      },
    },
    note: "",
  };
}

/** A header and its columns as one buffer. */
function packed(header: object, columns: Record<string, Float32Array | Uint32Array>): DataView {
  const list = Object.entries(columns).map(([name, { length }, kind = "f32"]) => [name, kind, length]);
  for (const entry of list) if (columns[entry[0] as string] instanceof Uint32Array) entry[1] = "u32";
  const rest = {
    playing: true,
    done: false,
    speed: 20,
    loop: null,
    selected: null,
    merged: 0,
    columns: list,
  };
  const text = new TextEncoder().encode(JSON.stringify({ ...rest, ...header }));
  const length = Math.ceil(text.length / 4) * 4;
  const size = Object.values(columns).reduce((sum, column) => sum + column.byteLength, 4 + length);
  const bytes = new Uint8Array(size).fill(32, 4, 4 + length);
  new DataView(bytes.buffer).setUint32(0, length, true);
  bytes.set(text, 4);
  let at = 4 + length;
  for (const column of Object.values(columns)) {
    bytes.set(new Uint8Array(column.buffer), at);
    at += column.byteLength;
  }
  return new DataView(bytes.buffer);
}
