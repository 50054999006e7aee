import type { Camera } from "./camera";
import type { Palette } from "./colours";
import type { Scene } from "./scene";

const FONT = '500 11.5px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
const LONGEST = 22; // letters
const HIGH = 15; // pixels
const CELL = 6;
const SOLID = 9; // a node of this radius is not written over
const ROOM = 14000; // square pixels that a name wants for itself where there are many
const KEPT = 600;

interface Sprite {
  image: HTMLCanvasElement;
  width: number;
}

/** Where a label stands beside its node: below, right, left, above. */
const SIDES = [
  [0, 1],
  [1, 0],
  [-1, 0],
  [0, -1],
] as const;

/** The names: those that fit, the chosen and the largest nodes first; each drawn once and kept as a small picture. */
export class Labels {
  private readonly shown = new Map<number, number>(); // node -> side
  private readonly sprites = new Map<string, Sprite>();
  private taken = new Uint8Array(0);
  private columns = 0;
  private rows = 0;

  /** Text looks different now (theme, pixel ratio). */
  forget(): void {
    this.sprites.clear();
  }

  get count(): number {
    return this.shown.size;
  }

  /** Chooses anew which names to show; those shown before stay, and stay where they are, as long as they fit. */
  choose(scene: Scene, camera: Camera, palette: Palette, ratio: number, first: number[]): void {
    const before = new Map(this.shown);
    this.clear(camera);
    for (let i = 0; i < scene.count; i++) if (scene.pr[i] > SOLID) this.take(...disc(scene, i));
    const order = Array.from({ length: scene.count }, (_, i) => i);
    order.sort((a, b) => scene.pr[b] - scene.pr[a] || a - b);
    const most = Math.max(30, (camera.width * camera.height) / ROOM);
    for (const node of [...first, ...before.keys(), ...order]) {
      if (this.shown.size >= most) return;
      if (this.shown.has(node) || !inside(scene, camera, node)) continue;
      const { width } = this.sprite(scene.structure.ids[node], palette, ratio);
      this.fit(scene, node, width, before.get(node) ?? 0, first.includes(node));
    }
  }

  draw(context: CanvasRenderingContext2D, scene: Scene, palette: Palette, ratio: number): void {
    for (const [node, side] of this.shown) {
      const { image, width } = this.sprite(scene.structure.ids[node], palette, ratio);
      const [x, y] = corner(scene, node, side, width);
      context.drawImage(image, Math.round(x), Math.round(y), width, HIGH + 4);
    }
  }

  private fit(scene: Scene, node: number, width: number, liked: number, must: boolean): void {
    for (let turn = 0; turn < SIDES.length; turn++) {
      const side = (liked + turn) % SIDES.length;
      const [x, y] = corner(scene, node, side, width);
      if (!this.free(x + 3, y + 2, width - 6, HIGH)) continue;
      this.take(x, y, width, HIGH + 4);
      this.shown.set(node, side);
      return;
    }
    if (must) this.shown.set(node, 0);
  }

  private clear(camera: Camera): void {
    this.shown.clear();
    this.columns = Math.ceil(camera.width / CELL);
    this.rows = Math.ceil(camera.height / CELL);
    const cells = this.columns * this.rows;
    if (this.taken.length === cells) this.taken.fill(0);
    else this.taken = new Uint8Array(cells);
  }

  private free(x: number, y: number, width: number, height: number): boolean {
    if (x < 0 || y < 0 || x + width > this.columns * CELL || y + height > this.rows * CELL) return false;
    for (let row = Math.floor(y / CELL); row <= (y + height) / CELL; row++) {
      for (let column = Math.floor(x / CELL); column <= (x + width) / CELL; column++) {
        if (this.taken[row * this.columns + column]) return false;
      }
    }
    return true;
  }

  private take(x: number, y: number, width: number, height: number): void {
    const [top, bottom] = [Math.max(0, Math.floor(y / CELL)), Math.min(this.rows - 1, (y + height) / CELL)];
    const [left, right] = [Math.max(0, Math.floor(x / CELL)), Math.min(this.columns - 1, (x + width) / CELL)];
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) this.taken[row * this.columns + column] = 1;
    }
  }

  private sprite(id: string, palette: Palette, ratio: number): Sprite {
    const kept = this.sprites.get(id);
    if (kept) return kept;
    if (this.sprites.size > KEPT) this.sprites.clear();
    const made = written(id.length > LONGEST ? `${id.slice(0, LONGEST - 1)}…` : id, palette, ratio);
    this.sprites.set(id, made);
    return made;
  }
}

/** A name with a halo, so that it reads on lines and nodes alike. */
function written(text: string, palette: Palette, ratio: number): Sprite {
  const image = document.createElement("canvas");
  const context = image.getContext("2d");
  if (!context) return { image, width: 7 * text.length };
  context.font = FONT;
  const width = Math.ceil(context.measureText(text).width) + 8;
  image.width = width * ratio;
  image.height = (HIGH + 4) * ratio;
  context.scale(ratio, ratio);
  context.font = FONT;
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  context.globalAlpha = 0.85;
  context.strokeStyle = palette.surface;
  context.strokeText(text, 4, (HIGH + 4) / 2);
  context.globalAlpha = 1;
  context.fillStyle = palette.ink;
  context.fillText(text, 4, (HIGH + 4) / 2);
  return { image, width };
}

function corner(scene: Scene, node: number, side: number, width: number): [number, number] {
  const [right, down] = SIDES[side];
  const away = scene.reach[node] + 3;
  const x = scene.px[node] + right * (away + width / 2) - width / 2;
  const y = scene.py[node] + down * (away + (HIGH + 4) / 2) - (HIGH + 4) / 2;
  return [x, y];
}

function disc(scene: Scene, i: number): [number, number, number, number] {
  const r = scene.pr[i];
  return [scene.px[i] - r, scene.py[i] - r, 2 * r, 2 * r];
}

function inside(scene: Scene, { width, height }: Camera, i: number): boolean {
  return scene.px[i] > 0 && scene.px[i] < width && scene.py[i] > 0 && scene.py[i] < height;
}
