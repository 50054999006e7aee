import { count } from "../panel/words";
import { element } from "../shared/dom";
import type { Queue } from "./state";

export interface QueueEvents {
  sort(queue: string, column: string | null, descending: boolean): void;
  open(id: number): void;
  closeOpen(): void;
}

/** One queue as a table whose rows stay the same elements while their payment waits: focus and scroll stay. */
export class QueueTable {
  readonly element = element("section", { class: "queue" });
  private readonly heading = element("h3");
  private readonly head = element("thead");
  private readonly body = element("tbody");
  private readonly foot = element("p", { class: "quiet" });
  private readonly table = element("table", {}, this.head, this.body);
  private readonly box = element("div", { class: "scroll" }, this.table);
  private rows = new Map<number, HTMLTableRowElement>();
  private shown: Queue | undefined;

  constructor(private readonly events: QueueEvents) {
    this.element.append(this.heading, this.box, this.foot);
    this.body.addEventListener("keydown", (event) => this.key(event));
    this.body.addEventListener("click", (event) => this.clicked(event));
  }

  show(queue: Queue, open: number | null): void {
    const before = this.shown;
    this.shown = queue;
    this.element.dataset.queue = queue.name;
    this.table.setAttribute("aria-label", queue.title);
    this.heading.textContent = `${queue.title}: ${count(queue.count, "payment")}`;
    if (queue.count)
      this.heading.append(element("small", {}, ` ${queue.value.toLocaleString("en-US")} cents`));
    if (before && before.columns.length !== queue.columns.length) this.forget();
    if (!before || headText(before) !== headText(queue)) this.showHead(queue);
    this.showRows(queue, open);
    this.box.hidden = queue.count === 0;
    this.foot.textContent = footText(queue);
  }

  private forget(): void {
    this.rows.clear();
    this.body.replaceChildren();
  }

  private showHead(queue: Queue): void {
    const focused = this.head.contains(document.activeElement)
      ? document.activeElement?.textContent
      : undefined;
    const cells = queue.columns.map((column) => {
      const order = queue.order?.column === column.name ? queue.order : null;
      const sign = order ? (order.descending ? " ▼" : " ▲") : "";
      const button = element(
        "button",
        { type: "button", title: `sort by ${column.label}` },
        column.label,
        sign,
      );
      button.addEventListener("click", () => this.turn(column.name));
      const sorted = order ? (order.descending ? "descending" : "ascending") : "none";
      return element("th", { scope: "col", class: column.side, "aria-sort": sorted }, button);
    });
    this.head.replaceChildren(element("tr", {}, ...cells));
    const name = focused?.replace(/ [▲▼]$/, "");
    for (const cell of cells) {
      const button = cell.firstChild as HTMLButtonElement;
      if (name !== undefined && button.firstChild?.textContent === name) button.focus();
    }
  }

  /** Upwards, downwards, and back to the order of the queue. */
  private turn(column: string): void {
    const order = this.shown?.order?.column === column ? this.shown.order : null;
    if (order?.descending) this.events.sort(this.shown?.name ?? "", null, false);
    else this.events.sort(this.shown?.name ?? "", column, order !== null);
  }

  private showRows(queue: Queue, open: number | null): void {
    const kept = new Map<number, HTMLTableRowElement>();
    queue.ids.forEach((id, i) => {
      const row = this.rows.get(id) ?? newRow(id, queue);
      fill(row, queue.rows[i] ?? [], id === open);
      kept.set(id, row);
    });
    for (const [id, row] of this.rows) if (!kept.has(id)) this.drop(row);
    this.rows = kept;
    let at: Element | null = this.body.firstElementChild;
    for (const row of kept.values()) {
      if (row === at) at = at.nextElementSibling;
      else this.body.insertBefore(row, at);
    }
    this.makeReachable(kept.get(open ?? -1));
  }

  /** A row that leaves hands its focus to the one after it. */
  private drop(row: HTMLTableRowElement): void {
    const next = (row.nextElementSibling ?? row.previousElementSibling) as HTMLElement | null;
    if (row === document.activeElement) next?.focus();
    row.remove();
  }

  /** One row can be reached by Tab; the others by arrows. */
  private makeReachable(open: HTMLTableRowElement | undefined): void {
    const rows = [...this.rows.values()];
    const now = rows.find((row) => row === document.activeElement) ?? open ?? rows[0];
    for (const row of rows) row.tabIndex = row === now ? 0 : -1;
  }

  private clicked(event: Event): void {
    const row = (event.target as Element).closest("tr");
    if (row) this.events.open(Number(row.dataset.id));
  }

  private key(event: KeyboardEvent): void {
    const row = (event.target as Element).closest("tr");
    const to = row && goal(event.key, row);
    if (to) {
      for (const other of this.rows.values()) other.tabIndex = other === to ? 0 : -1;
      to.focus();
    } else if (row && event.key === "Enter") this.events.open(Number(row.dataset.id));
    else if (event.key === "Escape") this.events.closeOpen();
    else return;
    event.preventDefault();
    event.stopPropagation(); // the notebook has its own arrows
  }
}

function goal(key: string, row: HTMLTableRowElement): HTMLElement | null {
  if (key === "ArrowDown") return row.nextElementSibling as HTMLElement | null;
  if (key === "ArrowUp") return row.previousElementSibling as HTMLElement | null;
  if (key === "Home") return row.parentElement?.firstElementChild as HTMLElement | null;
  if (key === "End") return row.parentElement?.lastElementChild as HTMLElement | null;
  return null;
}

function newRow(id: number, queue: Queue): HTMLTableRowElement {
  const row = element("tr", { "data-id": String(id), tabindex: "-1" });
  for (const column of queue.columns) row.append(element("td", { class: column.side }));
  return row;
}

function fill(row: HTMLTableRowElement, cells: string[], open: boolean): void {
  cells.forEach((text, i) => {
    const cell = row.children[i];
    if (cell && cell.textContent !== text) cell.textContent = text;
  });
  row.setAttribute("aria-selected", String(open));
}

function headText(queue: Queue): string {
  return JSON.stringify([queue.columns, queue.order]);
}

function footText(queue: Queue): string {
  if (queue.count === 0) return "nothing waits here";
  const more = queue.count - queue.rows.length;
  return more > 0
    ? `the first ${queue.rows.length.toLocaleString("en-US")}; ${count(more, "more")} not shown`
    : "";
}
