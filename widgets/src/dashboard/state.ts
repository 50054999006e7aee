import type { Row } from "./vega";

/** A table as it comes: the names of its columns, and its rows. */
export interface Table {
  columns: string[];
  data: unknown[][];
}

/** What changes of a chart while the run moves. */
export interface News {
  name: string;
  sets: Record<string, Table>;
  params: Record<string, unknown>;
}

export interface Charted extends News {
  spec: object;
}

/** Where the run is. */
export interface Where {
  tick: number;
  label: string;
  playing: boolean;
}

export interface State extends Where {
  title: string;
  unit: string;
  agents: string[];
  who: string | null;
  since: number | null;
  until: number | null;
  charts: Charted[];
}

export function rows({ columns, data }: Table): Row[] {
  return data.map((values) => Object.fromEntries(columns.map((name, i) => [name, values[i]])));
}

/** The agent that a mark stands for, if it is one: the first of its values that names one. */
export function agentOf(datum: Row | undefined, agents: string[]): string | null {
  const named = ["bank", "agent", "series", "sender"].map((column) => datum?.[column]);
  return (named.find((value) => agents.includes(value as string)) as string | undefined) ?? null;
}
