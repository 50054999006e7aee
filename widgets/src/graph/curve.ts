/** A curve between two nodes, trimmed at their rims: x0 y0, control x y, x1 y1. */
export type Curve = Float64Array;

export const curve = (): Curve => new Float64Array(6);

const BEND = 0.14;
const MOST = 42; // pixels

/**
 * Writes the curve from one disc to another; false where they touch. It bends to the left of its direction, so that
 * A to B and B to A both show; `extra` pixels set a second one of the same direction apart.
 */
export function between(
  out: Curve,
  x0: number,
  y0: number,
  r0: number,
  x1: number,
  y1: number,
  r1: number,
  extra = 0,
): boolean {
  const dx = x1 - x0;
  const dy = y1 - y0;
  const distance = Math.hypot(dx, dy);
  if (distance <= r0 + r1 + 4) return false;
  const bend = (Math.min(BEND * distance, MOST) + extra) / distance;
  const cx = (x0 + x1) / 2 + dy * bend;
  const cy = (y0 + y1) / 2 - dx * bend;
  const start = (r0 + 1) / Math.hypot(cx - x0, cy - y0);
  const end = (r1 + 2) / Math.hypot(cx - x1, cy - y1);
  out[0] = x0 + (cx - x0) * start;
  out[1] = y0 + (cy - y0) * start;
  out[2] = cx;
  out[3] = cy;
  out[4] = x1 + (cx - x1) * end;
  out[5] = y1 + (cy - y1) * end;
  return true;
}

export function curveX(of: Curve, t: number): number {
  const rest = 1 - t;
  return rest * rest * of[0] + 2 * rest * t * of[2] + t * t * of[4];
}

export function curveY(of: Curve, t: number): number {
  const rest = 1 - t;
  return rest * rest * of[1] + 2 * rest * t * of[3] + t * t * of[5];
}

/** How far a place is from the curve, in pixels. */
export function distanceTo(of: Curve, x: number, y: number): number {
  let least = Number.POSITIVE_INFINITY;
  let [ax, ay] = [of[0], of[1]];
  for (let step = 1; step <= 12; step++) {
    const bx = curveX(of, step / 12);
    const by = curveY(of, step / 12);
    least = Math.min(least, toSegment(x, y, ax, ay, bx, by));
    [ax, ay] = [bx, by];
  }
  return least;
}

function toSegment(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const [dx, dy] = [bx - ax, by - ay];
  const t = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}
