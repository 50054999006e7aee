/** A query and its answer. */
export interface Answer {
  query: string;
  tables: string[];
  shown: boolean; // whether there is a picture whose query can be asked for
  told: string;
  wrong: boolean;
  columns: string[];
  rows: string[][];
  numbers: boolean[];
  count: number;
}
