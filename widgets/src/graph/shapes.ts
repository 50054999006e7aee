/** The shapes of nodes: a disc, and polygons of about its size. */
const corners = (count: number, turn: number, scale: number): [number, number][] =>
  Array.from({ length: count }, (_, i) => {
    const angle = turn + (2 * Math.PI * i) / count;
    return [scale * Math.cos(angle), scale * Math.sin(angle)];
  });

const UP = -Math.PI / 2;
const POLYGONS: Record<string, [number, number][]> = {
  square: corners(4, Math.PI / 4, 1.25),
  diamond: corners(4, UP, 1.25),
  triangle: corners(3, UP, 1.3),
  hexagon: corners(6, UP, 1.1),
  pentagon: corners(5, UP, 1.12),
};

type Path = CanvasRenderingContext2D | Path2D;

/** Adds the outline of a node to a path; an unknown shape is a disc. */
export function outline(path: Path, shape: string, x: number, y: number, r: number): void {
  const polygon = POLYGONS[shape];
  if (!polygon) {
    path.moveTo(x + r, y);
    path.arc(x, y, r, 0, 2 * Math.PI);
    return;
  }
  for (let i = 0; i < polygon.length; i++) {
    if (i) path.lineTo(x + r * polygon[i][0], y + r * polygon[i][1]);
    else path.moveTo(x + r * polygon[i][0], y + r * polygon[i][1]);
  }
  path.closePath();
}

/** Adds the part of a node that is filled from below up to a share of its height. */
export function filled(path: Path, shape: string, x: number, y: number, r: number, share: number): void {
  if (share <= 0.005) return;
  if (share >= 0.995) outline(path, shape, x, y, r);
  else if (POLYGONS[shape]) below(path, POLYGONS[shape], x, y, r, share);
  else {
    const half = Math.acos(1 - 2 * share);
    path.moveTo(x + r * Math.sin(half), y + r * Math.cos(half));
    path.arc(x, y, r, Math.PI / 2 - half, Math.PI / 2 + half);
    path.closePath();
  }
}

/** The part of a polygon below a height: its corners there, and where its sides cross. */
function below(
  path: Path,
  polygon: [number, number][],
  x: number,
  y: number,
  r: number,
  share: number,
): void {
  let [top, bottom] = [1, -1];
  for (const [, v] of polygon) [top, bottom] = [Math.min(top, v), Math.max(bottom, v)];
  const level = bottom - share * (bottom - top);
  let started = false;
  const to = (u: number, v: number) => {
    if (started) path.lineTo(x + r * u, y + r * v);
    else path.moveTo(x + r * u, y + r * v);
    started = true;
  };
  for (let i = 0; i < polygon.length; i++) {
    const [fromU, fromV] = polygon[i];
    const [toU, toV] = polygon[(i + 1) % polygon.length];
    if (fromV >= level) to(fromU, fromV);
    if (fromV >= level !== toV >= level) to(fromU + ((toU - fromU) * (level - fromV)) / (toV - fromV), level);
  }
  path.closePath();
}
