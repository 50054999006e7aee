/** From the layout's square to the canvas: a fitted frame, then zoom and pan by the user. */
const MARGIN = 62; // for the largest node and its name
const LEAST = 30;
const WIDEST = 2.7; // a layout is not stretched further than this
const NEAREST = 24;
const FARTHEST = 0.4;

export class Camera {
  width = 1;
  height = 1;
  zoom = 1;
  panX = 0;
  panY = 0;
  private left = 0;
  private top = 0;
  private scaleX = 1;
  private scaleY = 1;

  constructor(
    private readonly x: ArrayLike<number>,
    private readonly y: ArrayLike<number>,
  ) {}

  /** The canvas has this many CSS pixels now; zoom and pan stay. */
  resize(width: number, height: number): void {
    this.panX *= width / this.width;
    this.panY *= height / this.height;
    this.width = width;
    this.height = height;
    this.frame();
  }

  /** Everything in view. */
  fit(): void {
    this.zoom = 1;
    this.panX = 0;
    this.panY = 0;
  }

  zoomAt(x: number, y: number, factor: number): void {
    const zoom = Math.min(NEAREST, Math.max(FARTHEST, this.zoom * factor));
    const [middleX, middleY] = [this.width / 2, this.height / 2];
    const ratio = zoom / this.zoom;
    this.panX = x - middleX - (x - middleX - this.panX) * ratio;
    this.panY = y - middleY - (y - middleY - this.panY) * ratio;
    this.zoom = zoom;
  }

  /** A place of the layout in the middle of the view, at least this near. */
  centre(x: number, y: number, zoom: number): void {
    this.zoom = Math.max(this.zoom, zoom);
    this.panX += this.width / 2 - this.screenX(x);
    this.panY += this.height / 2 - this.screenY(y);
  }

  screenX(x: number): number {
    return this.width / 2 + this.panX + (this.left + x * this.scaleX - this.width / 2) * this.zoom;
  }

  screenY(y: number): number {
    return this.height / 2 + this.panY + (this.top + y * this.scaleY - this.height / 2) * this.zoom;
  }

  layoutX(x: number): number {
    return ((x - this.width / 2 - this.panX) / this.zoom + this.width / 2 - this.left) / this.scaleX;
  }

  layoutY(y: number): number {
    return ((y - this.height / 2 - this.panY) / this.zoom + this.height / 2 - this.top) / this.scaleY;
  }

  /** The layout's own extent within the margins, stretched to the canvas, though not without end. */
  private frame(): void {
    const [x0, x1] = extent(this.x);
    const [y0, y1] = extent(this.y);
    const margin = Math.max(LEAST, Math.min(MARGIN, this.width / 8, 420 / Math.sqrt(this.x.length || 1)));
    const high = this.height - 2 * margin;
    const wide = Math.min(this.width - 2 * margin, high * WIDEST * Math.max(1, (x1 - x0) / (y1 - y0 || 1)));
    this.scaleX = wide / (x1 - x0 || 1);
    this.scaleY = high / (y1 - y0 || 1);
    this.left = this.width / 2 - ((x0 + x1) / 2) * this.scaleX;
    this.top = this.height / 2 - ((y0 + y1) / 2) * this.scaleY;
  }
}

function extent(values: ArrayLike<number>): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  return low <= high ? [low, high] : [0, 1];
}
