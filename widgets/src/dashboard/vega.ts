import type { Model, OnMessage } from "../shared/model";

/** What is used of a Vega view. */
export interface View {
  data(name: string, rows: object[]): View;
  signal(name: string, value: unknown): View;
  runAsync(): Promise<View>;
  resize(): View;
  addEventListener(event: "click", heard: (event: unknown, item?: { datum?: Row }) => void): void;
  addSignalListener(name: string, heard: (name: string, value: { tick?: [number, number] }) => void): void;
}

export type Row = Record<string, unknown>;
export type Embed = (
  host: HTMLElement,
  spec: object,
  options: object,
) => Promise<{ view: View; finalize(): void }>;

const known = globalThis as typeof globalThis & { simcashVega?: Promise<Embed>; simcashEmbed?: Embed };

/** Vega, once a page: the kernel sends it, so that no page needs a network and no notebook holds it. */
export function vega(model: Model): Promise<Embed> {
  known.simcashVega ??= new Promise((resolve, reject) => {
    const hear: OnMessage = ({ kind }, buffers) => {
      if (kind !== "library") return;
      model.off("msg:custom", hear);
      load(buffers[0]).then(resolve, reject);
    };
    model.on("msg:custom", hear);
    model.send({ kind: "library" });
  });
  return known.simcashVega;
}

async function load(bytes: DataView): Promise<Embed> {
  const whole = new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
  const url = URL.createObjectURL(new Blob([whole], { type: "text/javascript" }));
  await import(/* @vite-ignore */ url);
  URL.revokeObjectURL(url);
  if (!known.simcashEmbed) throw new Error("the charts' library did not load");
  return known.simcashEmbed;
}
