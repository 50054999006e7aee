/** What the pointer does on the canvas, told in CSS pixels of it. */
export interface Pointing {
  nodeAt(x: number, y: number): number;
  hover(x: number, y: number): void;
  leave(): void;
  click(x: number, y: number): void;
  letGo(x: number, y: number): void;
  drag(node: number, x: number, y: number): void;
  dropped(node: number): void;
  pan(dx: number, dy: number): void;
  zoom(x: number, y: number, factor: number): void;
}

const STILL = 4; // pixels within which a press is a click

/** Tells presses, drags of nodes, drags of the ground and the wheel apart. */
export function point(canvas: HTMLCanvasElement, to: Pointing): void {
  let held: { node: number; x: number; y: number; moved: boolean } | null = null;
  const at = (event: MouseEvent): [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const [x, y] = at(event);
    held = { node: to.nodeAt(x, y), x, y, moved: false };
    canvas.setPointerCapture?.(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = at(event);
    if (!held) return to.hover(x, y);
    if (!held.moved && Math.hypot(x - held.x, y - held.y) < STILL) return;
    if (held.node >= 0) to.drag(held.node, x, y);
    else {
      to.pan(x - held.x, y - held.y);
      [held.x, held.y] = [x, y];
    }
    held.moved = true;
  });
  canvas.addEventListener("pointerup", (event) => {
    if (held && !held.moved) to.click(...at(event));
    else if (held && held.node >= 0) to.dropped(held.node);
    held = null;
  });
  canvas.addEventListener("pointercancel", () => {
    held = null;
  });
  canvas.addEventListener("pointerleave", () => held || to.leave());
  canvas.addEventListener("dblclick", (event) => to.letGo(...at(event)));
  const wheel = (event: WheelEvent) => {
    if (!event.ctrlKey && document.activeElement !== canvas) return; // the page scrolls until the picture is clicked
    event.preventDefault();
    to.zoom(...at(event), Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)));
  };
  canvas.addEventListener("wheel", wheel, { passive: false });
}
