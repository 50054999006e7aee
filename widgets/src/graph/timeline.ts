import { element } from "../shared/dom";
import { count } from "../shared/format";
import type { Message } from "../shared/model";
import type { Structure } from "./structure";
import type { Header } from "./wire";

const PAUSE = 60; // milliseconds between two places asked for while the thumb is dragged

/** The run from its first tick to its last: how far it is, which tick is shown, and the stretch that is looped. */
export class Timeline {
  readonly root: HTMLElement;
  private readonly done = element("div", { class: "done" });
  private readonly band = element("div", { class: "band" });
  private readonly thumb = element("div", { class: "thumb" });
  private header: Header | null = null;
  private asked = 0; // when a tick was last asked for
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private loopFrom: number | null = null;

  constructor(
    private readonly structure: Structure,
    private readonly send: (message: Message) => void,
  ) {
    const label = `The ${structure.unit} shown; drag to look back, with shift to choose a stretch to loop`;
    this.root = element(
      "div",
      { class: "timeline", role: "slider", tabindex: "0", "aria-label": label, title: label },
      element("div", { class: "track" }, this.done, this.band),
      this.thumb,
    );
    this.root.addEventListener("pointerdown", (event) => this.begin(event));
    this.root.addEventListener("pointermove", (event) => this.move(event));
    this.root.addEventListener("pointerup", (event) => this.end(event));
  }

  get last(): number {
    const { ticks, start } = this.structure;
    return Math.max(start + 1, ticks ?? Math.max(start + 20, this.header?.now ?? 0));
  }

  update(header: Header): void {
    this.header = header;
    const { tick, now, loop, label } = header;
    this.done.style.width = this.percent(now);
    this.thumb.style.left = this.percent(tick);
    this.thumb.classList.toggle("past", tick < now);
    this.shade(loop);
    this.root.setAttribute("aria-valuemin", String(this.structure.start));
    this.root.setAttribute("aria-valuemax", String(this.last));
    this.root.setAttribute("aria-valuenow", String(tick));
    this.root.setAttribute("aria-valuetext", `${this.structure.unit} ${count(tick)}, ${label}`);
  }

  /** Shows another tick: one that has been, or now. */
  seek(tick: number): void {
    if (!this.header) return;
    const wanted = Math.max(this.structure.start, Math.round(tick));
    this.thumb.style.left = this.percent(Math.min(wanted, this.header.now));
    this.send(wanted >= this.header.now ? { kind: "live" } : { kind: "seek", tick: wanted });
  }

  private shade(loop: readonly [number, number] | null): void {
    this.band.hidden = loop === null;
    if (!loop) return;
    this.band.style.left = this.percent(loop[0]);
    this.band.style.right = `calc(100% - ${this.percent(loop[1])})`;
  }

  private percent(tick: number): string {
    const { start } = this.structure;
    return `${Math.max(0, Math.min(100, (100 * (tick - start)) / (this.last - start)))}%`;
  }

  private at(event: PointerEvent): number {
    const { left, width } = this.root.getBoundingClientRect();
    const part = Math.max(0, Math.min(1, (event.clientX - left) / (width || 1)));
    const tick = Math.round(this.structure.start + part * (this.last - this.structure.start));
    return Math.min(tick, this.header?.now ?? tick);
  }

  private begin(event: PointerEvent): void {
    this.root.setPointerCapture?.(event.pointerId);
    this.root.dataset.held = "";
    if (event.shiftKey) this.loopFrom = this.at(event);
    else this.ask(this.at(event));
  }

  private move(event: PointerEvent): void {
    if (this.root.dataset.held === undefined) return;
    if (this.loopFrom === null) this.ask(this.at(event));
    else this.shade(ordered(this.loopFrom, this.at(event)));
  }

  private end(event: PointerEvent): void {
    if (this.root.dataset.held === undefined) return;
    delete this.root.dataset.held;
    const from = this.loopFrom;
    this.loopFrom = null;
    if (from === null) return;
    const range = ordered(from, this.at(event));
    this.send({ kind: "loop", range: range[0] < range[1] ? range : null });
  }

  /** Asks for a tick, not more often than the kernel can show them; the last one asked for is never dropped. */
  private ask(tick: number): void {
    clearTimeout(this.waiting);
    const rest = this.asked + PAUSE - performance.now();
    if (rest > 0) {
      this.waiting = setTimeout(() => this.ask(tick), rest);
      return;
    }
    this.asked = performance.now();
    this.seek(tick);
  }
}

function ordered(a: number, b: number): [number, number] {
  return a < b ? [a, b] : [b, a];
}
