import type { Camera } from "./camera";

interface View {
  zoom: number;
  panX: number;
  panY: number;
}

/** Paints the items from one number up to (not including) another. */
export type Paint = (context: CanvasRenderingContext2D, from: number, until: number) => void;

/**
 * Items painted apart from all else and kept until they change. Where there are many, a new painting grows slice by
 * slice behind the one that is shown, so that no single picture has to wait for all of it.
 */
export class Layer {
  stale = true;
  private front = document.createElement("canvas");
  private back = document.createElement("canvas");
  private painted: View | null = null;
  private painting: View = { zoom: 1, panX: 0, panY: 0 };
  private next = 0;
  private total = -1; // of the painting under way, -1 between two
  private ratio = 1;

  resize(camera: Camera, ratio: number): void {
    this.ratio = ratio;
    for (const canvas of [this.front, this.back]) {
      canvas.width = Math.round(camera.width * ratio);
      canvas.height = Math.round(camera.height * ratio);
    }
    this.restart();
  }

  /** All anew, at once. */
  restart(): void {
    this.stale = true;
    this.total = -1;
    this.painted = null;
  }

  /** Whether the next call of `work` begins a new painting. */
  get begins(): boolean {
    return this.total < 0 && this.stale;
  }

  /** Paints the next `slice` of `total` items, all of them the first time; true while some are left. */
  work(camera: Camera, total: number, slice: number, paint: Paint): boolean {
    if (this.begins) this.begin(camera, total);
    const context = this.back.getContext("2d");
    if (this.total < 0 || !context) return false;
    const until = this.painted ? Math.min(this.total, this.next + slice) : this.total;
    paint(context, this.next, until);
    this.next = until;
    if (until === this.total) this.finish();
    return this.total >= 0 || this.stale;
  }

  /** Puts the last whole painting where the camera looks now. */
  draw(context: CanvasRenderingContext2D, camera: Camera): void {
    if (!this.painted || !this.front.width) return;
    const { width, height } = camera;
    const scale = camera.zoom / this.painted.zoom;
    const x = width / 2 + camera.panX - (width / 2 + this.painted.panX) * scale;
    const y = height / 2 + camera.panY - (height / 2 + this.painted.panY) * scale;
    context.drawImage(this.front, x, y, width * scale, height * scale);
  }

  private begin({ zoom, panX, panY, width, height }: Camera, total: number): void {
    this.stale = false;
    this.next = 0;
    this.total = total;
    Object.assign(this.painting, { zoom, panX, panY });
    const context = this.back.getContext("2d");
    context?.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context?.clearRect(0, 0, width, height);
  }

  private finish(): void {
    [this.front, this.back] = [this.back, this.front];
    const spare = this.painted ?? { zoom: 1, panX: 0, panY: 0 };
    this.painted = this.painting;
    this.painting = spare;
    this.total = -1;
  }
}
