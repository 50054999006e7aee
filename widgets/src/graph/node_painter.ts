import { type Palette, TONES } from "./colours";
import { gap, ringWidth } from "./place";
import type { Scene } from "./scene";
import { filled, outline } from "./shapes";

const FULL = 2 * Math.PI;
const DIM = 0.22;

/** Which nodes stand out: a byte per node, or null when all are alike. */
export type Marks = Uint8Array | null;

/** The nodes, as few paths as there are colours: first what lies below, then the fill, the rim and the ring. */
export class NodePainter {
  private order = new Int32Array(0);
  private readonly starts = new Int32Array(TONES + 1); // of each colour in `order`
  private readonly ends = new Int32Array(TONES + 1);
  private shapes: string[] = [];
  private glow: HTMLCanvasElement | null = null;
  private glowColour = "";

  /** What of the newest frame is not eased: asked once per frame, not once per picture. */
  refresh(scene: Scene): void {
    this.shapes.length = scene.count;
    for (let i = 0; i < scene.count; i++) this.shapes[i] = scene.shape(i);
  }

  draw(context: CanvasRenderingContext2D, scene: Scene, palette: Palette, matches: Marks): void {
    if (this.shapes.length !== scene.count) this.refresh(scene);
    this.sort(scene);
    this.glows(context, scene, palette);
    this.ground(context, scene, palette);
    if (matches) {
      context.globalAlpha = DIM;
      this.bodies(context, scene, palette, matches, 0);
      context.globalAlpha = 1;
    }
    this.bodies(context, scene, palette, matches, 1);
  }

  /** Orders the nodes by colour, without allocating. */
  private sort({ count, tone, structure }: Scene): void {
    if (this.order.length !== count) this.order = new Int32Array(count);
    const toned = structure.encoding.node.tone !== undefined;
    const of = (i: number) => (toned ? Math.min(TONES - 1, Math.floor(tone.shown[i] * TONES)) : 0);
    this.starts.fill(0);
    for (let i = 0; i < count; i++) this.starts[of(i) + 1]++;
    for (let k = 0; k < TONES; k++) this.starts[k + 1] += this.starts[k];
    this.ends.set(this.starts);
    for (let i = 0; i < count; i++) this.order[this.ends[of(i)]++] = i;
  }

  private ground(context: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
    context.beginPath();
    for (let i = 0; i < scene.count; i++) {
      outline(context, this.shapes[i], scene.px[i], scene.py[i], scene.pr[i] + 1);
    }
    context.fillStyle = palette.surface;
    context.fill();
  }

  private bodies(
    context: CanvasRenderingContext2D,
    scene: Scene,
    palette: Palette,
    matches: Marks,
    mark: number,
  ): void {
    const alpha = context.globalAlpha;
    for (let tone = 0; tone < TONES; tone++) {
      const [from, to] = [this.starts[tone], this.starts[tone + 1]];
      if (from === to) continue;
      context.fillStyle = palette.tones[tone];
      context.strokeStyle = palette.tones[tone];
      context.beginPath();
      this.each(from, to, matches, mark, (i) => this.rim(context, scene, i));
      context.globalAlpha = alpha * 0.16;
      context.fill();
      context.globalAlpha = alpha;
      context.lineWidth = scene.count > 300 ? 1 : 1.6;
      context.stroke();
      context.beginPath();
      this.each(from, to, matches, mark, (i) => this.level(context, scene, i));
      context.fill();
    }
    context.beginPath();
    this.each(0, scene.count, matches, mark, (i) => waitingRing(context, scene, i));
    context.fillStyle = palette.waiting;
    context.fill();
  }

  private each(from: number, to: number, matches: Marks, mark: number, use: (node: number) => void): void {
    for (let k = from; k < to; k++) {
      const node = this.order[k];
      if (!matches || matches[node] === mark) use(node);
    }
  }

  private rim(context: CanvasRenderingContext2D, { px, py, pr }: Scene, i: number): void {
    outline(context, this.shapes[i], px[i], py[i], pr[i]);
  }

  /** The filled part lies within the rim, with a hair of space where there is room for it. */
  private level(context: CanvasRenderingContext2D, scene: Scene, i: number): void {
    const { px, py, pr, fill, structure } = scene;
    const inner = pr[i] > 9 ? pr[i] - 2.6 : pr[i];
    const share = structure.encoding.node.fill ? fill.shown[i] : 1;
    filled(context, this.shapes[i], px[i], py[i], inner, share);
  }

  private glows(context: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
    if (!scene.structure.encoding.node.glow) return;
    const sprite = this.glowSprite(palette.alarm);
    for (let i = 0; i < scene.count; i++) {
      const strength = scene.glow.shown[i];
      if (strength < 0.02) continue;
      const radius = scene.pr[i] * 1.5 + 12 * strength;
      context.globalAlpha = 0.75 * strength;
      context.drawImage(sprite, scene.px[i] - radius, scene.py[i] - radius, 2 * radius, 2 * radius);
    }
    context.globalAlpha = 1;
  }

  private glowSprite(colour: string): HTMLCanvasElement {
    if (this.glow && this.glowColour === colour) return this.glow;
    const sprite = document.createElement("canvas");
    sprite.width = sprite.height = 64;
    const context = sprite.getContext("2d");
    if (context) {
      const light = context.createRadialGradient(32, 32, 8, 32, 32, 32);
      light.addColorStop(0, colour);
      light.addColorStop(1, `${colour}00`);
      context.fillStyle = light;
      context.fillRect(0, 0, 64, 64);
    }
    this.glowColour = colour;
    this.glow = sprite;
    return sprite;
  }
}

function waitingRing(context: CanvasRenderingContext2D, scene: Scene, node: number): void {
  const width = ringWidth(scene, node);
  if (!width) return;
  const [x, y] = [scene.px[node], scene.py[node]];
  const inner = scene.pr[node] + gap(scene.pr[node]);
  context.moveTo(x + inner + width, y);
  context.arc(x, y, inner + width, 0, FULL);
  context.moveTo(x + inner, y);
  context.arc(x, y, inner, 0, FULL, true);
}
