/** A policy's document as JSON holds it. The words of the language come from Python (`Vocabulary`). */
export type Step = string | number;
export type Path = Step[];
export type Data = null | boolean | number | string | Data[] | { [key: string]: Data };
export type Dict = { [key: string]: Data };
export type Branch = "on_true" | "on_false";

export interface Slot {
  kind: string;
  required: boolean;
}

/** See simcash/payments/policies/vocabulary.py. */
export interface Vocabulary {
  trees: Record<string, { when: string; fields: Record<string, string[]>; actions: string[] }>;
  comparisons: string[];
  logic: Record<string, string>;
  computations: Record<string, string[]>;
  values: string[];
  signs: Record<string, string>;
  binds: Record<string, number>;
  actions: Record<string, Record<string, Slot>>;
  choices: Record<string, string[]>;
  synonyms: Record<string, string>;
  notes: string[];
  id_fields: string[];
  register: string;
  registers: number;
}

export interface Problem {
  path: Path;
  text: string;
}

/** A comparison that was made, with its numbers: see simcash/view/microscope.py. */
export interface Compared {
  node: string;
  text: string;
  left: string;
  right: string;
  result: boolean;
}

export function isDict(data: Data | undefined): data is Dict {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}

/** Whether a node goes on in two directions. */
export function isBranching(node: Data | undefined): node is Dict {
  return isDict(node) && node.type === "condition";
}
