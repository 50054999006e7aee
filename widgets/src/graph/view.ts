import { Connection } from "../shared/connection";
import { element, iconButton } from "../shared/dom";
import type { Message, Model, OnMessage } from "../shared/model";
import { currentTheme, lessMotion, watchMotion, watchTheme } from "../shared/theme";
import { spoken } from "./card";
import { palette } from "./colours";
import { Controls } from "./controls";
import { help } from "./help";
import { ICONS } from "./icons";
import { type Commands, onKey } from "./keys";
import { legend } from "./legend";
import { Notes } from "./notes";
import { report } from "./report";
import { Search } from "./search";
import { Stage } from "./stage";
import type { Structure } from "./structure";
import { Table } from "./table";
import { type Frame, parseFrame } from "./wire";

const NARROW = 600; // pixels
const SPEAKS = 2000; // milliseconds between two wordings of the picture for those who hear it
const GONE = "The kernel is not running: run the cell again";
const BUSY = "The kernel is busy; it will do this as soon as it is free";
const SILENT = "No answer from the kernel yet";

/** One view of a graph: the picture and all around it. Several views of one model know nothing of each other. */
export class GraphView {
  private readonly notes = new Notes();
  private readonly search: Search;
  private readonly table = new Table((id) => this.stage.select({ what: "node", id }));
  private readonly help = help();
  private readonly when = element("span", { class: "when" });
  private readonly controls: Controls;
  private readonly stage: Stage;
  private readonly connection: Connection;
  private readonly ends: (() => void)[] = [];
  private legend = element("div") as HTMLElement;
  private measured = false;
  private spoke = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly model: Model,
    private readonly root: HTMLElement,
  ) {
    const structure = model.get("structure") as Structure;
    this.connection = new Connection(model, root, () => this.connected());
    const send = (message: Message) => this.connection.send(message);
    this.controls = new Controls(structure, send);
    const canvas = element("canvas", { tabindex: "0", role: "img", "data-place": "picture" });
    this.stage = new Stage(structure, canvas, {
      select: (selected) => send({ kind: "select", selected }),
      pin: (id, x, y) => send({ kind: "pin", id, x, y }),
      drawn: (now) => this.drawn(now),
    });
    this.search = new Search(
      () => this.searched(),
      (node) => this.stage.visit(node),
    );
    this.search.use(this.stage.scene);
    this.assemble(structure, canvas);
    this.attend(canvas);
    this.start();
  }

  /** Takes a changed structure if only pins differ; else this view is over and another has to be made. */
  adapt(structure: Structure): boolean {
    if (unpinned(structure) !== unpinned(this.stage.scene.structure)) return false;
    this.stage.repin(structure.pinned ?? {});
    return true;
  }

  close(): void {
    for (const end of this.ends) end();
    this.stage.close();
    this.connection.close();
    this.notes.close();
    this.root.replaceChildren();
  }

  private assemble(structure: Structure, canvas: HTMLCanvasElement): void {
    const { stage, search, table, notes, controls } = this;
    const marked = (path: string, label: string, clicked: () => void) => iconButton(path, label, clicked);
    const head = element("div", { class: "head" }, element("b", {}, structure.title), this.when, search.root);
    head.append(
      marked(ICONS.fit, "Everything in view (F)", () => stage.fit()),
      marked(ICONS.table, "Table (T)", () => table.toggle(stage.scene)),
      marked(ICONS.legend, "Legend", () => this.root.classList.toggle("bare")),
      element(
        "button",
        {
          type: "button",
          "aria-label": "Keys and mouse",
          title: "Keys and mouse (?)",
          onclick: () => this.askedHelp(),
        },
        "?",
      ),
    );
    const ground = element(
      "div",
      { class: "ground" },
      canvas,
      table.root,
      stage.card.root,
      notes.root,
      this.help,
    );
    this.root.append(head, ground, controls.root, this.legend);
    notes.say("structure", structure.note);
  }

  private attend(canvas: HTMLCanvasElement): void {
    const { model, ends } = this;
    const message: OnMessage = (content, buffers) => this.receive(content, buffers);
    const late = () => this.late();
    model.on("msg:custom", message);
    model.on("change:last_frame", late);
    ends.push(
      () => model.off("msg:custom", message),
      () => model.off("change:last_frame", late),
    );
    const keys = (event: KeyboardEvent) => onKey(event, this.commands());
    this.root.addEventListener("keydown", keys);
    ends.push(() => this.root.removeEventListener("keydown", keys));
    ends.push(
      watchTheme(() => this.recolour()),
      watchMotion(() => this.calm()),
    );
    const size = new ResizeObserver(() => this.resize(canvas));
    size.observe(canvas);
    const sight = new IntersectionObserver(([entry]) => this.seen(entry.isIntersecting));
    sight.observe(canvas);
    ends.push(
      () => size.disconnect(),
      () => sight.disconnect(),
    );
  }

  private start(): void {
    this.calm();
    this.recolour();
    this.late();
    this.connected();
  }

  private receive({ kind, level, text }: Message, buffers: DataView[]): void {
    this.connection.heard();
    if (kind === "frame") this.show(parseFrame(buffers[0]));
    else if (kind === "notice") this.notes.notice(String(text), String(level));
  }

  /** Begins with, or catches up to, the whole frame that Python keeps for views that come late. */
  private late(): void {
    const kept = this.model.get("last_frame") as DataView | null;
    if (kept?.byteLength) this.show(parseFrame(kept), false);
  }

  private show(frame: Frame, animate = true): void {
    if (!this.stage.take(frame, animate)) return;
    const { label, selected } = frame.header;
    this.controls.update(frame.header);
    this.when.textContent = label;
    this.notes.say("payment", selected?.what === "payment" ? `Payment ${selected.id} is selected` : "");
  }

  private drawn(now: number): void {
    const { stage, table, notes } = this;
    table.update(now);
    if (now - this.spoke > SPEAKS) {
      this.spoke = now;
      stage.canvas.setAttribute("aria-label", spoken(stage.scene));
    }
    const header = stage.scene.header;
    notes.left((header?.merged ?? 0) + stage.animations.merged(now), header?.dropped ?? 0);
  }

  private connected(): void {
    const { state, busy } = this.connection;
    const gone = state === "gone";
    this.root.classList.toggle("gone", gone);
    if (gone && this.stage) {
      this.stage.animations.clear();
      this.stage.wake();
    }
    const waiting = state === "waiting" ? (busy ? BUSY : SILENT) : "";
    this.notes.say("kernel", gone ? GONE : waiting, gone ? "error" : "info");
  }

  private searched(): void {
    this.stage.focus.matches = this.search.matches;
    this.stage.moved();
  }

  private recolour(): void {
    const theme = currentTheme();
    this.root.dataset.theme = theme;
    const ground = getComputedStyle(this.root).getPropertyValue("--jp-layout-color0").trim();
    const colours = palette(theme, ground);
    this.stage.recolour(colours);
    const fresh = legend(this.stage.scene.structure.encoding, colours);
    this.legend.replaceWith(fresh);
    this.legend = fresh;
  }

  private calm(): void {
    this.stage.still = lessMotion();
    this.stage.wake();
  }

  private resize(canvas: HTMLCanvasElement): void {
    if (!this.measured && canvas.clientWidth) {
      this.measured = true;
      this.root.classList.toggle("bare", canvas.clientWidth < NARROW); // the legend waits for its button
    }
    this.stage.resize(canvas.clientWidth, canvas.clientHeight, devicePixelRatio || 1);
  }

  private seen(visible: boolean): void {
    this.stage.visible = visible;
    if (visible) this.stage.wake();
  }

  private askedHelp(): void {
    this.help.hidden = !this.help.hidden;
  }

  private escape(): void {
    if (!this.help.hidden) this.help.hidden = true;
    else if (this.table.open) this.table.toggle(null);
    else if (this.stage.scene.selected) this.stage.select(null);
  }

  private commands(): Commands {
    const { controls, stage } = this;
    return {
      toggle: () => controls.toggle(),
      forward: () => controls.forward(),
      back: () => controls.back(),
      live: () => this.connection.send({ kind: "live" }),
      zoom: (factor) => stage.zoom(factor),
      fit: () => stage.fit(),
      search: () => this.search.input.focus(),
      table: () => this.table.toggle(stage.scene),
      help: () => this.askedHelp(),
      escape: () => this.escape(),
    };
  }

  /** What tests read. */
  scene() {
    const connected = this.connection.state !== "gone";
    return report(this.stage, connected, currentTheme(), this.notes.texts);
  }
}

function unpinned(structure: Structure): string {
  return JSON.stringify({ ...structure, pinned: null });
}
