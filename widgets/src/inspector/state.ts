/** What Python sends: see simcash/view/inspector.py. */
export interface InspectorState {
  title: string;
  tick: number;
  label: string;
  playing: boolean;
  done: boolean;
  banks: string[];
  bank: string | null;
  queues: Queue[];
  open: Life | null;
  note: string;
}

export interface Queue {
  name: "own" | "central";
  title: string;
  columns: { name: string; label: string; side: "left" | "right" }[];
  rows: string[][];
  ids: number[];
  count: number;
  value: number;
  order: { column: string; descending: boolean } | null;
}

export interface Life {
  id: number;
  title: string;
  bank: string;
  location: string;
  where: string;
  colour: string;
  why: string[];
  path: { node: string; text: string; left: string; right: string; result: boolean }[];
  facts: [string, string][];
  story: [string, string, string][];
  before: number;
}
