import type { Header } from "../src/graph/wire";

/** A frame as the kernel packs it: for tests, and made from the contract, not from the parser. */
export function packed(header: Partial<Header>, columns: Record<string, number[]>): DataView {
  const whole = {
    seq: 1,
    tick: 0,
    now: 0,
    label: "",
    playing: false,
    done: false,
    speed: null,
    loop: null,
    selected: null,
    domains: {},
    events: [],
    merged: 0,
    ...header,
    columns: Object.entries(columns).map(([name, values]) => [name, kind(name), values.length]),
  };
  let text = JSON.stringify(whole);
  const encoder = new TextEncoder();
  while (encoder.encode(text).length % 4) text += " ";
  const head = encoder.encode(text);
  const bytes = new Uint8Array(
    4 + head.length + 4 * Object.values(columns).reduce((n, values) => n + values.length, 0),
  );
  const view = new DataView(bytes.buffer);
  view.setUint32(0, head.length, true);
  bytes.set(head, 4);
  let at = 4 + head.length;
  for (const [name, values] of Object.entries(columns)) {
    for (const value of values) {
      if (kind(name) === "u32") view.setUint32(at, value, true);
      else view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return view;
}

function kind(name: string): "f32" | "u32" {
  return name === "edge.source" || name === "edge.target" ? "u32" : "f32";
}
