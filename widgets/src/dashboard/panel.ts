import { element } from "../shared/dom";
import { type Charted, type News, rows } from "./state";
import type { Embed, Row, View } from "./vega";

const BRUSH = "brush"; // dragging over a chart of time

export interface Heard {
  clicked(datum: Row | undefined): void;
  brushed(since: number, until: number): void;
}

/** One chart: drawn once, and then given data. */
export class Panel {
  readonly element = element("figure", {});
  points = 0;
  private view: View | undefined;
  private finalize = () => {};
  private dragged: [number, number] | undefined;

  constructor(
    readonly charted: Charted,
    private readonly heard: Heard,
  ) {
    this.element.addEventListener("pointerup", () => this.drop());
  }

  async draw(embed: Embed) {
    const { view, finalize } = await embed(this.element, this.charted.spec, {
      actions: false,
      renderer: "svg",
    });
    this.view = view;
    this.finalize = finalize;
    view.addEventListener("click", (_, item) => this.heard.clicked(item?.datum));
    if (this.charted.params.first !== undefined) {
      view.addSignalListener(BRUSH, (_, { tick }) => {
        this.dragged = tick;
      });
    }
    await this.renew(this.charted);
  }

  async renew({ sets, params }: News) {
    this.points = Object.values(sets).reduce((sum, table) => sum + table.data.length, 0);
    if (!this.view) return;
    for (const [name, table] of Object.entries(sets)) this.view.data(name, rows(table));
    for (const [name, value] of Object.entries(params)) this.view.signal(name, value);
    await this.view.runAsync();
  }

  close() {
    this.finalize();
    this.element.remove();
  }

  private drop() {
    const dragged = this.dragged;
    this.dragged = undefined;
    if (dragged && dragged[1] - dragged[0] >= 1) {
      this.heard.brushed(Math.floor(dragged[0]), Math.ceil(dragged[1]) + 1);
    }
  }
}
