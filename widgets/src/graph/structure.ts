import type { Format } from "../shared/format";

/** One channel: the column it shows, and on which scale of the column's domain. */
export interface Channel {
  column: string;
  scale?: "linear" | "sqrt" | "log";
  label?: string;
  unit?: string;
  low?: string;
  high?: string;
  fade?: string; // of edges: the column that says how fresh what flowed is
}

export interface Shapes {
  column: string;
  codes: Record<string, string>;
  labels?: Record<string, string>;
}

export interface Encoding {
  node: { size?: Channel; fill?: Channel; ring?: Channel; tone?: Channel; glow?: Channel; shape?: Shapes };
  edge: { flow?: Channel; queued?: Channel };
  card: [column: string, format: Format][];
  animations: Record<string, string>;
}

/** What does not change during a run: who there is, where, and how numbers become a picture. */
export interface Structure {
  version: number;
  world: string;
  title: string;
  unit: string;
  ticks: number | null;
  start: number;
  ids: string[];
  groups: number[] | null;
  group_names: string[];
  x: number[];
  y: number[];
  pinned?: Record<string, [x: number, y: number]>;
  encoding: Encoding;
  note: string;
}

/** Where a value lies between the ends of its domain, from 0 to 1; what is no number counts as nothing. */
export function share(value: number, domain: readonly [number, number], scale = "linear"): number {
  const [low, high] = domain;
  if (!(high > low) || !(value > low)) return 0;
  const part = Math.min(1, (value - low) / (high - low));
  if (scale === "sqrt") return Math.sqrt(part);
  if (scale === "log") return Math.log1p(99 * part) / Math.log(100);
  return part;
}
