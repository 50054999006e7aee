import { element } from "../shared/dom";
import type { Scene } from "./scene";

/** The search box: the nodes whose name holds what is typed stand out, Enter selects the first and goes there. */
export class Search {
  readonly root: HTMLElement;
  readonly input: HTMLInputElement;
  matches: Uint8Array | null = null;
  private readonly found = element("output", { class: "found" });
  private scene: Scene | null = null;
  private best = -1;

  constructor(changed: () => void, chosen: (node: number) => void) {
    this.input = element("input", {
      type: "search",
      placeholder: "Search  /",
      "aria-label": "Search by name",
    });
    this.input.addEventListener("input", () => {
      this.look();
      changed();
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && this.best >= 0) chosen(this.best);
      if (event.key !== "Escape") return;
      this.input.value = "";
      this.look();
      this.input.blur();
      changed();
    });
    this.root = element("label", { class: "search" }, this.input, this.found);
  }

  use(scene: Scene): void {
    this.scene = scene;
    this.look();
  }

  /** Marks the nodes that match; the exact name first, then names that begin so, then any. */
  private look(): void {
    const wanted = this.input.value.trim().toLowerCase();
    this.matches = null;
    this.best = -1;
    this.found.value = "";
    if (!wanted || !this.scene) return;
    const { ids } = this.scene.structure;
    this.matches = new Uint8Array(ids.length);
    let [hits, rank] = [0, 3];
    ids.forEach((id, node) => {
      const place = id.toLowerCase().indexOf(wanted);
      if (place < 0) return;
      hits++;
      this.matches?.fill(1, node, node + 1);
      const its = id.length === wanted.length ? 0 : place === 0 ? 1 : 2;
      if (its < rank) [this.best, rank] = [node, its];
    });
    this.found.value = hits ? String(hits) : "none";
  }
}
