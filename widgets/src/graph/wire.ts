/** The wire between kernel and picture: one binary buffer per frame, as `widgets/README.md` says. */

export type Selected =
  | { what: "node"; id: string }
  | { what: "edge"; source: string; target: string }
  | { what: "payment"; id: number };

/** A happening to animate once; `count` says how many it stands for. */
export interface Happening {
  id: number;
  type: string;
  path: number[];
  amount?: number;
  count?: number;
}

export interface Header {
  seq: number;
  tick: number;
  now: number;
  label: string;
  playing: boolean;
  done: boolean;
  speed: number | null;
  loop: [number, number] | null;
  selected: Selected | null;
  domains: Record<string, [number, number]>;
  columns: [name: string, type: "f32" | "u32", length: number][];
  events: Happening[];
  merged: number;
  dropped?: number;
}

export type Column = Float32Array | Uint32Array;

export interface Frame {
  header: Header;
  columns: Record<string, Column>;
}

const TEXT = new TextDecoder();

/** The frame in a buffer; its columns are views of it, nothing is copied. Throws on a truncated one. */
export function parseFrame(bytes: DataView): Frame {
  const length = bytes.getUint32(0, true);
  const header: Header = JSON.parse(TEXT.decode(part(bytes, 4, length)));
  const columns: Record<string, Column> = {};
  let offset = 4 + length;
  for (const [name, type, count] of header.columns) {
    columns[name] = column(bytes, offset, type, count);
    offset += 4 * count;
    if (offset > bytes.byteLength) throw new RangeError(`the frame ends within ${name}`);
  }
  return { header, columns };
}

function part(bytes: DataView, offset: number, length: number): Uint8Array {
  return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset + offset, length);
}

function column(bytes: DataView, offset: number, type: "f32" | "u32", count: number): Column {
  const Kind = type === "f32" ? Float32Array : Uint32Array;
  const start = bytes.byteOffset + offset;
  if (start % 4 === 0) return new Kind(bytes.buffer as ArrayBuffer, start, count);
  return new Kind(part(bytes, offset, 4 * count).slice().buffer); // hosts may hand a view that starts anywhere
}
