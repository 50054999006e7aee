import { count } from "../shared/format";
import { type Animation, Animations } from "./animations";
import type { Palette } from "./colours";
import { curve, curveX, curveY } from "./curve";
import { nodesCurve } from "./hit";
import type { Scene } from "./scene";
import { share } from "./structure";

type Context = CanvasRenderingContext2D;
const FULL = 2 * Math.PI;
const TAIL = 5;
const MANY = 3; // payments in one drop, from which on their number is written beside it
const line = curve();

/** Draws the animations of a moment; `still` users get the same marks without movement and blinking. */
export function drawAnimations(
  context: Context,
  scene: Scene,
  animations: Animations,
  palette: Palette,
  now: number,
  still: boolean,
): void {
  context.lineCap = "round";
  for (const animation of animations.running) {
    const age = still ? 0.5 : Animations.age(animation, now);
    PAINTERS[animation.look](context, scene, animation, palette, age, still);
  }
  context.globalAlpha = 1;
}

type Painter = (
  context: Context,
  scene: Scene,
  animation: Animation,
  palette: Palette,
  age: number,
  still: boolean,
) => void;

/** Money on its way: the line lights up, a drop runs along it, and where it arrives a ring spreads. */
const pulse: Painter = (context, scene, { path, amount, count: payments }, palette, age, still) => {
  const target = path[path.length - 1];
  context.strokeStyle = context.fillStyle = palette.settled;
  const domain = scene.domain(scene.structure.encoding.edge.flow?.column ?? "");
  const radius = 2 + 2.6 * share(amount, domain, "sqrt") + Math.min(2, Math.log10(payments));
  if (path.length > 1 && nodesCurve(scene, path[0], target, line)) {
    stroke(context, 1.6, 0.55 * (1 - age) + (still ? 0.3 : 0.1));
    if (!still) comet(context, eased(Math.min(1, age / 0.8)), radius, 1 - Math.max(0, age - 0.8) / 0.2);
    if (payments >= MANY) times(context, payments, still ? 0.5 : eased(Math.min(1, age / 0.8)));
  }
  const arrived = Math.max(0, (age - 0.72) / 0.28);
  if (arrived && !still) ring(context, scene, target, 1 + 7 * arrived, 1.6, 0.8 * (1 - arrived));
};

/** Several debts settled at once: their lines as one closed loop, with drops going round it together. */
const loop: Painter = (context, scene, { path }, palette, age, still) => {
  const alpha = Math.min(1, age / 0.12) * Math.min(1, (1 - age) / 0.3);
  context.strokeStyle = context.fillStyle = palette.loop;
  path.forEach((node, i) => {
    const next = path[(i + 1) % path.length];
    if (next === node || !nodesCurve(scene, node, next, line)) return;
    stroke(context, 7, 0.16 * alpha);
    stroke(context, 1.8, 0.9 * alpha);
    if (!still) comet(context, (eased(age) * 2) % 1, 3.2, alpha);
    ring(context, scene, node, 3.5, 1.6, 0.8 * alpha);
  });
};

/** A payment that has to wait falls into the ring of what waits. */
const drop: Painter = (context, scene, { path }, palette, age, still) => {
  const node = path[0];
  context.strokeStyle = context.fillStyle = palette.waiting;
  const height = 24 * (1 - eased(Math.min(1, age / 0.6)));
  if (!still && height > 0.5) {
    context.globalAlpha = Math.min(1, age / 0.15);
    dot(context, scene.px[node], scene.py[node] - scene.reach[node] - 2 - height, 2.6);
  } else ring(context, scene, node, 2.5, 1.8, 0.9 * (1 - Math.max(0, age - 0.6) / 0.4));
};

/** Past its deadline: the bank that owes it blinks three times. */
const blink: Painter = (context, scene, { path }, palette, age, still) => {
  context.strokeStyle = palette.alarm;
  const alpha = still ? 0.9 : Math.sin(3 * Math.PI * age) ** 2;
  ring(context, scene, path[0], 5, 2.2, alpha);
};

/** Out of order: a cross over the node. */
const cross: Painter = (context, scene, { path }, palette, age, still) => {
  const [x, y] = [scene.px[path[0]], scene.py[path[0]]];
  const size = (scene.pr[path[0]] * 0.62 + 3) * (still ? 1 : eased(Math.min(1, age / 0.2)));
  context.strokeStyle = palette.alarm;
  context.lineWidth = 3;
  context.globalAlpha = Math.min(1, (1 - age) / 0.3);
  context.beginPath();
  context.moveTo(x - size, y - size);
  context.lineTo(x + size, y + size);
  context.moveTo(x + size, y - size);
  context.lineTo(x - size, y + size);
  context.stroke();
};

/** A default: the node goes dark from within while two waves run outwards. */
const collapse: Painter = (context, scene, { path }, palette, age, still) => {
  const node = path[0];
  context.strokeStyle = context.fillStyle = palette.alarm;
  context.globalAlpha = 0.75 * (1 - age);
  dot(context, scene.px[node], scene.py[node], scene.pr[node] * (still ? 1 : 1 - eased(age)));
  for (const late of [0, 0.2]) {
    const grown = still ? 0.2 : Math.max(0, (age - late) / (1 - late));
    if (grown > 0) ring(context, scene, node, 4 + 40 * eased(grown), 2.5, 0.9 * (1 - grown));
  }
};

const PAINTERS: Record<Animation["look"], Painter> = {
  pulse,
  ring2: loop,
  ring: loop,
  drop,
  blink,
  cross,
  collapse,
};

function eased(t: number): number {
  return t < 0.5 ? 2 * t * t : 1 - 2 * (1 - t) * (1 - t);
}

function stroke(context: Context, width: number, alpha: number): void {
  context.globalAlpha = alpha;
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(line[0], line[1]);
  context.quadraticCurveTo(line[2], line[3], line[4], line[5]);
  context.stroke();
}

function dot(context: Context, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, FULL);
  context.fill();
}

/** A drop with its tail, at a part of the current line. */
function comet(context: Context, at: number, radius: number, alpha: number): void {
  for (let i = TAIL; i >= 0; i--) {
    const t = at - 0.022 * i;
    if (t < 0) continue;
    context.globalAlpha = alpha * (1 - i / (TAIL + 1)) ** 1.6;
    dot(context, curveX(line, t), curveY(line, t), radius * (1 - (0.6 * i) / TAIL));
  }
}

function ring(
  context: Context,
  scene: Scene,
  node: number,
  away: number,
  width: number,
  alpha: number,
): void {
  context.globalAlpha = Math.max(0, alpha);
  context.lineWidth = width;
  context.beginPath();
  context.arc(scene.px[node], scene.py[node], scene.reach[node] + away, 0, FULL);
  context.stroke();
}

/** How many payments one drop stands for. */
function times(context: Context, payments: number, at: number): void {
  context.globalAlpha = 0.9;
  context.font = "600 10px system-ui, sans-serif";
  context.fillText(`×${count(payments)}`, curveX(line, at) + 7, curveY(line, at) - 6);
}
