const KEPT = 240;

/** How long pictures take to follow one another while they do. */
export class Pace {
  drawn = 0;
  seq = 0; // the newest frame that was drawn
  at = 0; // and when it first was, in milliseconds since 1970
  private readonly intervals = new Float32Array(KEPT);
  private count = 0;
  private last = 0;

  /** A picture was drawn; `follows` says that the one before it was the last chance to draw. */
  tick(now: number, follows: boolean): void {
    if (follows) this.intervals[this.count++ % KEPT] = now - this.last;
    this.last = now;
    this.drawn++;
  }

  /** The frame of that number is in the picture drawn now. */
  shows(seq: number): void {
    if (seq === this.seq) return;
    this.seq = seq;
    this.at = performance.timeOrigin + performance.now();
  }

  /** Milliseconds that 95 of 100 of the latest pictures did not exceed. */
  get p95(): number {
    const filled = Math.min(this.count, KEPT);
    if (!filled) return 0;
    return this.intervals.slice(0, filled).sort()[Math.min(filled - 1, Math.floor(0.95 * filled))];
  }
}
