import { element, iconButton } from "../shared/dom";
import { count } from "../shared/format";
import type { Message } from "../shared/model";
import { ICONS } from "./icons";
import type { Structure } from "./structure";
import { Timeline } from "./timeline";
import type { Header } from "./wire";

const SPEEDS = [1, 2, 5, 10, 20, 50, 100, 200];

/** The bar below the picture: play, step, speed, the timeline, back to now, and the loop. */
export class Controls {
  readonly root: HTMLElement;
  readonly timeline: Timeline;
  private readonly play: HTMLButtonElement;
  private readonly step: HTMLButtonElement;
  private readonly live: HTMLButtonElement;
  private readonly unloop: HTMLButtonElement;
  private readonly speed: HTMLSelectElement;
  private readonly where = element("output", { class: "where" });
  private header: Header | null = null;

  constructor(
    private readonly structure: Structure,
    private readonly send: (message: Message) => void,
  ) {
    this.timeline = new Timeline(structure, send);
    this.play = iconButton(ICONS.play, "Play", () => this.toggle());
    this.step = iconButton(ICONS.step, `One ${structure.unit} on`, () => this.forward());
    this.live = iconButton(ICONS.live, "Back to now", () => send({ kind: "live" }));
    this.unloop = element(
      "button",
      { type: "button", class: "word", onclick: () => this.loop(null) },
      "no loop",
    );
    this.speed = this.speeds();
    this.play.classList.add("main");
    this.root = element("div", { class: "bar", role: "group", "aria-label": "Time" });
    this.root.append(this.play, this.step, this.speed, this.timeline.root, this.where, this.live);
    this.root.append(this.word("A", "Loop from the tick shown", () => this.from()));
    this.root.append(
      this.word("B", "Loop up to the tick shown", () => this.to()),
      this.unloop,
    );
  }

  update(header: Header): void {
    const changed = this.header?.playing !== header.playing;
    this.header = header;
    this.timeline.update(header);
    if (changed) {
      const label = header.playing ? "Pause" : "Play";
      this.play.querySelector("path")?.setAttribute("d", header.playing ? ICONS.pause : ICONS.play);
      this.play.title = label;
      this.play.setAttribute("aria-label", label);
    }
    const past = header.tick < header.now;
    this.step.disabled = header.done && !past;
    this.live.disabled = !past;
    this.unloop.hidden = header.loop === null;
    this.speed.value = String(header.speed);
    if (this.speed.selectedIndex < 0 && header.speed !== null) this.offer(header.speed);
    const of = this.structure.ticks === null ? "" : ` of ${count(this.structure.ticks)}`;
    this.where.value = past
      ? `${count(header.tick)}, now ${count(header.now)}`
      : `${count(header.tick)}${of}`;
  }

  /** Play or pause, whichever it is not. */
  toggle(): void {
    this.send({ kind: this.header?.playing ? "pause" : "play" });
  }

  /** One tick on: of the past while looking back, else of the run. */
  forward(): void {
    const header = this.header;
    if (header && header.tick < header.now) this.timeline.seek(header.tick + 1);
    else this.send({ kind: "step", ticks: 1 });
  }

  back(): void {
    if (this.header) this.timeline.seek(this.header.tick - 1);
  }

  private from(): void {
    if (!this.header) return;
    const { tick, now, loop } = this.header;
    this.loop([tick, loop && loop[1] > tick ? loop[1] : now]);
  }

  private to(): void {
    if (!this.header) return;
    const { tick, loop } = this.header;
    this.loop([loop && loop[0] < tick ? loop[0] : this.structure.start, tick]);
  }

  private loop(range: [number, number] | null): void {
    if (range === null || range[0] < range[1]) this.send({ kind: "loop", range });
  }

  private word(text: string, label: string, clicked: () => void): HTMLButtonElement {
    const attributes = { type: "button", class: "word", title: label, "aria-label": label, onclick: clicked };
    return element("button", attributes, text);
  }

  private speeds(): HTMLSelectElement {
    const label = `${this.structure.unit}s a second`;
    const select = element("select", { "aria-label": label, title: label });
    for (const value of SPEEDS) select.append(element("option", { value: String(value) }, `${value}/s`));
    select.append(element("option", { value: "null" }, "at once"));
    select.addEventListener("change", () => {
      this.send({ kind: "speed", value: select.value === "null" ? null : Number(select.value) });
    });
    return select;
  }

  /** A speed set in Python that is not on the list. */
  private offer(speed: number): void {
    this.speed.append(element("option", { value: String(speed) }, `${speed}/s`));
    this.speed.value = String(speed);
  }
}
