import { element } from "../shared/dom";
import { named, rowsOf } from "./card";
import type { Scene } from "./scene";

const PAUSE = 400; // milliseconds between two readings

/** The same picture in numbers: a row per node, for those who cannot see it and those who want to know exactly. */
export class Table {
  readonly root = element("div", {
    class: "table",
    tabindex: "0",
    role: "region",
    "aria-label": "Table",
    hidden: true,
  });
  private rows: HTMLElement[] = [];
  private scene: Scene | null = null;
  private read = 0;

  constructor(private readonly select: (id: string) => void) {}

  get open(): boolean {
    return !this.root.hidden;
  }

  toggle(scene: Scene | null): void {
    this.root.hidden = this.open;
    if (!this.open || !scene) return;
    if (this.scene !== scene) this.build(scene);
    this.read = 0;
    this.update(performance.now());
  }

  /** Reads the numbers anew, not more often than one can read. */
  update(now: number): void {
    if (!this.open || !this.scene || now - this.read < PAUSE) return;
    this.read = now;
    const rows = this.rows;
    const selected = this.scene.selected;
    for (let node = 0; node < rows.length; node++) {
      const values = rowsOf(this.scene, node).map(([, value]) => value);
      [this.scene.state(node), ...values].forEach((text, i) => {
        const cell = rows[node].children[i + 1];
        if (cell.textContent !== text) cell.textContent = text;
      });
      const chosen = selected?.what === "node" && selected.id === this.scene.structure.ids[node];
      rows[node].setAttribute("aria-selected", String(chosen));
    }
  }

  private build(scene: Scene): void {
    this.scene = scene;
    const { card } = scene.structure.encoding;
    const head = element("tr", {}, ...["name", "state"].map((text) => element("th", { scope: "col" }, text)));
    head.append(...card.map(([column]) => element("th", { scope: "col", class: "number" }, named(column))));
    this.rows = scene.structure.ids.map((id) => {
      const button = element("button", { type: "button", onclick: () => this.select(id) }, id);
      const row = element("tr", {}, element("th", { scope: "row" }, button), element("td"));
      row.append(...card.map(() => element("td", { class: "number" })));
      return row;
    });
    const body = element("tbody", {}, ...this.rows);
    this.root.replaceChildren(element("table", {}, element("thead", {}, head), body));
  }
}
