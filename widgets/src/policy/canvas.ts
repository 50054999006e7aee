import { element, iconButton } from "../shared/dom";
import { type Drawing, drawTree, type Marks, neighbour } from "./tree";
import type { Dict, Path, Vocabulary } from "./types";

const SMALLEST = 0.5;
const STEP = 1.2;
const PADDING = 20; // of the box, both sides

export interface CanvasEvents {
  choose(path: Path | null): void;
  open(path: Path): void;
}

/** A drawn tree in a box that scrolls and zooms; a node is reached by Tab, the others by arrows. */
export class TreeCanvas {
  readonly element = element("div", { class: "tree" });
  drawing: Drawing | undefined;
  private readonly box = element("div", { class: "scroll" });
  private zoom: number | null = null; // null: as wide as there is room
  private document: Dict = {};
  private readonly observer: ResizeObserver | undefined;

  constructor(private readonly events: CanvasEvents) {
    const buttons = element(
      "div",
      { class: "zoom" },
      iconButton("M3 8 H13", "smaller", () => this.setZoom(this.scale() / STEP)),
      iconButton("M3 8 H13 M8 3 V13", "larger", () => this.setZoom(this.scale() * STEP)),
      iconButton("M2 6 V2 H6 M10 2 H14 V6 M14 10 V14 H10 M6 14 H2 V10", "fit", () => this.setZoom(null)),
    );
    this.element.append(buttons, this.box);
    this.box.addEventListener("click", (event) => this.clicked(event));
    this.box.addEventListener("keydown", (event) => this.key(event));
    if (typeof ResizeObserver !== "undefined") {
      this.observer = new ResizeObserver(() => this.size());
      this.observer.observe(this.box);
    }
  }

  show(document: Dict, tree: string, words: Vocabulary, marks: Marks): void {
    const focused = this.focusedKey();
    const { scrollLeft, scrollTop } = this.box;
    this.document = document;
    this.drawing = drawTree(document, tree, words, marks);
    this.box.replaceChildren(this.drawing.svg);
    this.size();
    this.box.scrollLeft = scrollLeft;
    this.box.scrollTop = scrollTop;
    const reachable = this.find(focused ?? marks.chosen ?? tree) ?? this.find(tree);
    reachable?.setAttribute("tabindex", "0");
    if (focused !== null) (reachable as unknown as HTMLElement | null)?.focus();
  }

  clear(): void {
    this.drawing = undefined;
    this.box.replaceChildren();
  }

  focus(path: Path): void {
    (this.find(path.join("/")) as unknown as HTMLElement | null)?.focus();
  }

  close(): void {
    this.observer?.disconnect();
  }

  private find(key: string): Element | null {
    return (
      [...this.box.querySelectorAll("[data-key]")].find((node) => node.getAttribute("data-key") === key) ??
      null
    );
  }

  private focusedKey(): string | null {
    const here = document.activeElement;
    return here && this.box.contains(here) ? here.getAttribute("data-key") : null;
  }

  private scale(): number {
    const room = this.box.clientWidth - PADDING;
    const fitting = this.drawing && room > 0 ? Math.min(1, room / this.drawing.width) : 1;
    return this.zoom ?? Math.max(SMALLEST, fitting);
  }

  private setZoom(zoom: number | null): void {
    this.zoom = zoom === null ? null : Math.min(3, Math.max(0.2, zoom));
    this.size();
  }

  private size(): void {
    if (!this.drawing) return;
    const scale = this.scale();
    this.drawing.svg.setAttribute("width", String(this.drawing.width * scale));
    this.drawing.svg.setAttribute("height", String(this.drawing.height * scale));
  }

  private clicked(event: Event): void {
    const node = (event.target as Element).closest("[data-key]");
    this.events.choose(node ? pathOf(node) : null);
    if (node) this.focus(pathOf(node));
  }

  private key(event: KeyboardEvent): void {
    const node = (event.target as Element).closest("[data-key]");
    if (!node) return;
    const path = pathOf(node);
    const to = neighbour(this.document, path, event.key);
    if (to) {
      this.events.choose(to);
      this.focus(to);
    } else if (event.key === "Enter" || event.key === " ") this.events.open(path);
    else if (event.key === "Escape") this.events.choose(null);
    else if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    event.stopPropagation(); // the notebook has its own keys
  }
}

function pathOf(node: Element): Path {
  return (node.getAttribute("data-key") ?? "").split("/");
}
