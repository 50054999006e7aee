/** A node to be placed: its size, and what hangs below it. */
export interface Box {
  width: number;
  height: number;
  children: Box[];
}

export interface Placed {
  box: Box;
  x: number; // the middle
  y: number; // the top
}

export interface Layout {
  placed: Map<Box, Placed>;
  width: number;
  height: number;
}

const GAP = 22; // between neighbours
const DROP = 46; // between a node and those below it

/** A tidy tree: children side by side below the middle of their parent, subtrees as close as they fit. */
export function layout(top: Box): Layout {
  const placed = new Map<Box, Placed>();
  const { left } = place(top, 0, placed);
  const shift = -left.reduce((least, x) => Math.min(least, x), 0);
  let width = 0;
  let height = 0;
  for (const spot of placed.values()) {
    spot.x += shift;
    width = Math.max(width, spot.x + spot.box.width / 2);
    height = Math.max(height, spot.y + spot.box.height);
  }
  return { placed, width, height };
}

/** The sides of a subtree, band by band of a few pixels, relative to the middle of its top. */
interface Outline {
  left: number[];
  right: number[];
}

const BAND = 8;

function place(box: Box, y: number, placed: Map<Box, Placed>): Outline {
  placed.set(box, { box, x: 0, y });
  const outline: Outline = { left: [], right: [] };
  const below = y + box.height + DROP;
  const outlines = box.children.map((child) => place(child, below, placed));
  const offsets = spread(outlines);
  for (const [i, child] of box.children.entries()) move(child, offsets[i] ?? 0, placed);
  for (const [i, inner] of outlines.entries()) widen(outline, inner, offsets[i] ?? 0);
  const from = Math.floor(y / BAND);
  const to = Math.ceil((y + box.height + DROP) / BAND);
  for (let band = from; band < to; band++) {
    outline.left[band] = Math.min(outline.left[band] ?? 0, -box.width / 2);
    outline.right[band] = Math.max(outline.right[band] ?? 0, box.width / 2);
  }
  return outline;
}

/** How far each subtree goes to the right of the middle, so that none touches the one before. */
function spread(outlines: Outline[]): number[] {
  const offsets: number[] = [];
  const before: Outline = { left: [], right: [] };
  outlines.forEach((outline, i) => {
    let offset = 0;
    if (i > 0) {
      offset = Number.NEGATIVE_INFINITY;
      outline.left.forEach((left, band) => {
        const edge = before.right[band];
        if (edge !== undefined) offset = Math.max(offset, edge + GAP - left);
      });
    }
    offsets.push(offset);
    widen(before, outline, offset);
  });
  const middle = ((offsets[0] ?? 0) + (offsets.at(-1) ?? 0)) / 2;
  return offsets.map((offset) => offset - middle);
}

function widen(outline: Outline, inner: Outline, by: number): void {
  inner.left.forEach((left, band) => {
    outline.left[band] = Math.min(outline.left[band] ?? Number.POSITIVE_INFINITY, left + by);
  });
  inner.right.forEach((right, band) => {
    outline.right[band] = Math.max(outline.right[band] ?? Number.NEGATIVE_INFINITY, right + by);
  });
}

function move(box: Box, by: number, placed: Map<Box, Placed>): void {
  const spot = placed.get(box);
  if (spot) spot.x += by;
  for (const child of box.children) move(child, by, placed);
}
