import { type Palette, TONES } from "./colours";
import { gap } from "./place";
import type { Scene } from "./scene";
import { filled, outline } from "./shapes";

const FULL = 2 * Math.PI;
const DIM = 0.22;
const ROOMY = 9; // from this radius on there is a hair of space between rim and fill

/** Which nodes stand out: a byte per node, or null when all are alike. */
export type Marks = Uint8Array | null;

/** The nodes, each as a few filled shapes one upon the other: fills cost a third of what strokes cost. */
export class NodePainter {
  private shapes: string[] = [];
  private glow: HTMLCanvasElement | null = null;
  private glowColour = "";

  /** What of the newest frame is not eased: asked once per frame, not once per picture. */
  refresh(scene: Scene): void {
    this.shapes.length = scene.count;
    for (let i = 0; i < scene.count; i++) this.shapes[i] = scene.shape(i);
  }

  paint(
    context: CanvasRenderingContext2D,
    scene: Scene,
    palette: Palette,
    matches: Marks,
    from: number,
    until: number,
  ): void {
    if (this.shapes.length !== scene.count) this.refresh(scene);
    const { glow, fill, tone } = scene.structure.encoding.node;
    for (let i = from; i < until; i++) {
      const dim = matches !== null && matches[i] === 0;
      context.globalAlpha = dim ? DIM : 1;
      if (glow && !dim && scene.glow.shown[i] > 0.02) this.light(context, scene, palette, i);
      if (scene.reach[i] > scene.pr[i] && !dim) ring(context, scene, palette, i);
      const of = tone ? Math.min(TONES - 1, Math.floor(scene.tone.shown[i] * TONES)) : 0;
      this.body(context, scene, palette, i, of, fill ? scene.fill.shown[i] : 1);
    }
    context.globalAlpha = 1;
  }

  /** A rim in the node's colour, within it the ground, and what is left of its liquidity from below. */
  private body(
    context: CanvasRenderingContext2D,
    scene: Scene,
    palette: Palette,
    i: number,
    tone: number,
    share: number,
  ): void {
    const shape = this.shapes[i];
    const [x, y, r] = [scene.px[i], scene.py[i], scene.pr[i]];
    context.fillStyle = palette.tones[tone];
    context.beginPath();
    outline(context, shape, x, y, r);
    context.fill();
    if (share >= 0.995 && r <= ROOMY) return;
    context.fillStyle = palette.tints[tone];
    context.beginPath();
    outline(context, shape, x, y, r - (r > ROOMY ? 1.5 : 1));
    context.fill();
    context.fillStyle = palette.tones[tone];
    context.beginPath();
    filled(context, shape, x, y, r > ROOMY ? r - 3 : r - 1, share);
    context.fill();
  }

  private light(context: CanvasRenderingContext2D, scene: Scene, palette: Palette, i: number): void {
    const strength = scene.glow.shown[i];
    const radius = scene.pr[i] * 1.5 + 12 * strength;
    const alpha = context.globalAlpha;
    context.globalAlpha = 0.75 * strength;
    const sprite = this.glowSprite(palette.alarm);
    context.drawImage(sprite, scene.px[i] - radius, scene.py[i] - radius, 2 * radius, 2 * radius);
    context.globalAlpha = alpha;
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

/** What waits, around the node: a disc of it, and the ground upon that. */
function ring(context: CanvasRenderingContext2D, scene: Scene, palette: Palette, i: number): void {
  const [x, y, r] = [scene.px[i], scene.py[i], scene.pr[i]];
  context.fillStyle = palette.waiting;
  context.beginPath();
  context.arc(x, y, scene.reach[i], 0, FULL);
  context.fill();
  context.fillStyle = palette.surface;
  context.beginPath();
  context.arc(x, y, r + gap(r), 0, FULL);
  context.fill();
}
