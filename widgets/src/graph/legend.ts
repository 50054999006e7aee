import { element } from "../shared/dom";
import type { Palette } from "./colours";
import { outline } from "./shapes";
import type { Channel, Encoding } from "./structure";

type Draw = (context: CanvasRenderingContext2D) => void;

const HIGH = 18;
const LOOKS: Record<
  string,
  [colour: "settled" | "loop" | "waiting" | "alarm", glyph: string, words: string]
> = {
  pulse: ["settled", "●", "settles"],
  ring2: ["loop", "⇄", "two debts offset"],
  ring: ["loop", "↻", "a cycle settles"],
  drop: ["waiting", "▾", "joins the queue"],
  blink: ["alarm", "◎", "overdue"],
  cross: ["alarm", "✕", "outage"],
  collapse: ["alarm", "◉", "default"],
};

/** What the picture means, made from its encoding. */
export function legend(encoding: Encoding, palette: Palette): HTMLElement {
  const { node, edge } = encoding;
  const root = element("div", { class: "legend", role: "note", "aria-label": "Legend" });
  const add = (width: number, words: string | undefined, draw: Draw) =>
    words && root.append(element("span", {}, drawn(width, draw), words));
  add(34, node.size?.label, (c) => discs(c, palette));
  add(16, node.fill?.label, (c) => glass(c, palette));
  add(20, node.ring?.label, (c) => ringed(c, palette));
  if (node.tone) root.append(scale(node.tone, palette));
  add(20, node.glow?.label, (c) => glowing(c, palette));
  for (const [code, shape] of Object.entries(node.shape?.codes ?? {})) {
    add(16, node.shape?.labels?.[code], (c) => shaped(c, shape, palette));
  }
  add(34, edge.flow?.label, (c) => flowing(c, palette));
  add(34, edge.queued?.label?.replace(/ \(dashed\)$/, ""), (c) => dashed(c, palette));
  for (const look of new Set(Object.values(encoding.animations))) {
    if (LOOKS[look]) root.append(glyph(...LOOKS[look], palette));
  }
  return root;
}

function drawn(width: number, draw: Draw): HTMLCanvasElement {
  const ratio = globalThis.devicePixelRatio || 1;
  const canvas = element("canvas", { "aria-hidden": "true", style: `width:${width}px;height:${HIGH}px` });
  canvas.width = width * ratio;
  canvas.height = HIGH * ratio;
  const context = canvas.getContext("2d");
  context?.scale(ratio, ratio);
  if (context) draw(context);
  return canvas;
}

function glyph(colour: keyof Palette, sign: string, words: string, palette: Palette): HTMLElement {
  const mark = element("i", { style: `color:${palette[colour]}`, "aria-hidden": "true" }, sign);
  return element("span", {}, mark, words);
}

function scale({ low = "low", high = "high", label = "" }: Channel, { tones }: Palette): HTMLElement {
  const ramp = element("i", { class: "ramp", style: `background:linear-gradient(90deg,${tones.join(",")})` });
  return element("span", { title: label }, low, ramp, high);
}

function disc(context: CanvasRenderingContext2D, x: number, r: number): void {
  context.beginPath();
  context.arc(x, HIGH / 2, r, 0, 2 * Math.PI);
}

function discs(context: CanvasRenderingContext2D, { tones }: Palette): void {
  context.strokeStyle = tones[0];
  context.lineWidth = 1.4;
  for (const [x, r] of [
    [5, 2.8],
    [13.5, 4.6],
    [26, 7],
  ]) {
    disc(context, x, r);
    context.stroke();
  }
}

function glass(context: CanvasRenderingContext2D, { tones }: Palette): void {
  context.strokeStyle = context.fillStyle = tones[0];
  disc(context, 8, 7);
  context.lineWidth = 1.4;
  context.stroke();
  context.beginPath();
  context.arc(8, HIGH / 2, 5, 0, Math.PI);
  context.fill();
}

function ringed(context: CanvasRenderingContext2D, { tones, waiting }: Palette): void {
  context.fillStyle = tones[0];
  disc(context, 10, 4.2);
  context.fill();
  context.strokeStyle = waiting;
  context.lineWidth = 2.4;
  disc(context, 10, 7);
  context.stroke();
}

function glowing(context: CanvasRenderingContext2D, { tones, alarm }: Palette): void {
  const light = context.createRadialGradient(10, HIGH / 2, 2, 10, HIGH / 2, 9);
  light.addColorStop(0, alarm);
  light.addColorStop(1, `${alarm}00`);
  context.fillStyle = light;
  context.fillRect(0, 0, 20, HIGH);
  context.fillStyle = tones[0];
  disc(context, 10, 4);
  context.fill();
}

function shaped(context: CanvasRenderingContext2D, shape: string, { muted }: Palette): void {
  context.strokeStyle = muted;
  context.lineWidth = 1.4;
  context.beginPath();
  outline(context, shape, 8, HIGH / 2, 5.4);
  context.stroke();
}

function flowing(context: CanvasRenderingContext2D, { flow }: Palette): void {
  context.fillStyle = flow;
  context.beginPath();
  context.moveTo(1, 6.5);
  context.lineTo(27, 8.5);
  context.lineTo(26, 5.5);
  context.lineTo(33, 9);
  context.lineTo(26, 12.5);
  context.lineTo(27, 9.5);
  context.lineTo(1, 11.5);
  context.fill();
}

function dashed(context: CanvasRenderingContext2D, { waiting }: Palette): void {
  context.strokeStyle = waiting;
  context.lineWidth = 2;
  context.setLineDash([5, 3.5]);
  context.beginPath();
  context.moveTo(1, HIGH / 2);
  context.lineTo(33, HIGH / 2);
  context.stroke();
}
