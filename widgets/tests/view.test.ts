// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LooseModel } from "../bench/model";
import graph from "../src/entries/graph";
import type { report } from "../src/graph/report";
import type { Structure } from "../src/graph/structure";
import type { Header } from "../src/graph/wire";
import { packed } from "./frames";
import { COLUMNS, DOMAINS, threeBanks } from "./structures";

let model: LooseModel;
let end: (() => void) | undefined;
let seq = 0;

const frame = (header: Partial<Header> = {}) => packed({ seq: ++seq, domains: DOMAINS, ...header }, COLUMNS);
const root = () =>
  document.querySelector(".simcash-graph") as HTMLElement & { scene: ReturnType<typeof report> };
const button = (label: string) => root().querySelector(`button[aria-label="${label}"]`) as HTMLButtonElement;
const press = (key: string) => root().dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
const show = (header: Partial<Header> = {}) => model.deliver({ kind: "frame" }, [frame(header)]);
const sent = () => model.sent.filter(({ kind }) => kind !== "seen");

function open(structure: Structure = threeBanks(), header: Partial<Header> = {}) {
  model = new LooseModel({ structure, last_frame: frame(header), session: "a" });
  graph.initialize({ model });
  end = graph.render({ model, el: document.body });
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.stubGlobal("matchMedia", (query: string) => media(query, false));
  document.body.removeAttribute("data-jp-theme-light");
});

afterEach(() => {
  end?.();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function media(query: string, matches: boolean) {
  return { media: query, matches, addEventListener() {}, removeEventListener() {} };
}

test("a view begins with the last frame kept, without animating what happened before it", () => {
  open(threeBanks(), { tick: 42, now: 60, events: [{ id: 1, type: "settle", path: [0, 1] }] });
  expect(root().scene).toMatchObject({ tick: 42, now: 60, connected: true, edges: 2, animations: [] });
  expect(root().scene.nodes.map(({ id, shape }) => [id, shape])).toEqual([
    ["RIVER", "circle"],
    ["HARBOUR", "circle"],
    ["MEADOW", "square"],
  ]);
});

test("every frame is acknowledged once, however many views there are", () => {
  open();
  const second = graph.render({ model, el: document.body });
  model.deliver({ kind: "frame" }, [frame({ seq: 500 })]);
  expect(model.sent).toEqual([{ kind: "seen", seq: 500 }]);
  expect(
    [...document.querySelectorAll(".simcash-graph")].map(
      (view) => (view as ReturnType<typeof root>).scene.seq,
    ),
  ).toEqual([500, 500]);
  second?.();
});

test("happenings of a frame are animated", () => {
  open();
  show({ events: [{ id: 7, type: "cycle", path: [0, 1, 2] }] });
  expect(root().scene.animations).toMatchObject([{ type: "cycle", path: ["RIVER", "HARBOUR", "MEADOW"] }]);
});

test("buttons and keys say the same things", () => {
  open(threeBanks(), { tick: 30, now: 30 });
  button("Play").click();
  press(" ");
  button("One tick on").click();
  press("ArrowRight");
  press("ArrowLeft");
  expect(sent()).toEqual([
    { kind: "play" },
    { kind: "play" },
    { kind: "step", ticks: 1 },
    { kind: "step", ticks: 1 },
    { kind: "seek", tick: 29 },
  ]);
  model.sent.length = 0;
  show({ tick: 20, now: 30, playing: true });
  button("Pause").click();
  press("ArrowRight");
  press("l");
  button("Loop from the tick shown").click();
  button("Loop up to the tick shown").click();
  expect(sent()).toEqual([
    { kind: "pause" },
    { kind: "seek", tick: 21 },
    { kind: "live" },
    { kind: "loop", range: [20, 30] },
    { kind: "loop", range: [0, 20] },
  ]);
});

test("speed and a stretch to loop are commands, and the kernel's frames say what holds", () => {
  open();
  show({ speed: 7, loop: [10, 20], tick: 15, now: 40 });
  const speed = root().querySelector("select") as HTMLSelectElement;
  expect(speed.value).toBe("7");
  speed.value = "null";
  speed.dispatchEvent(new Event("change"));
  expect(sent()).toEqual([{ kind: "speed", value: null }]);
  expect(root().querySelector<HTMLElement>(".band")?.hidden).toBe(false);
});

test("the search selects the best match on Enter and is left with Escape", () => {
  open();
  press("/");
  const input = root().querySelector("input") as HTMLInputElement;
  expect(document.activeElement).toBe(input);
  input.value = "har";
  input.dispatchEvent(new Event("input"));
  expect(root().querySelector("output.found")?.textContent).toBe("1");
  input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
  expect(sent()).toEqual([{ kind: "select", selected: { what: "node", id: "HARBOUR" } }]);
  expect(
    root()
      .scene.nodes.filter(({ selected }) => selected)
      .map(({ id }) => id),
  ).toEqual(["HARBOUR"]);
  input.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
  expect(input.value).toBe("");
});

test("a click on a row of the table selects, Escape closes the table and then clears the selection", () => {
  open();
  press("t");
  const rows = [...root().querySelectorAll("tbody tr")];
  expect(rows.map((row) => [...row.children].map((cell) => cell.textContent))).toEqual([
    ["RIVER", "", "4.00", "25 %"],
    ["HARBOUR", "", "1.00", "100 %"],
    ["MEADOW", "out of service", "0.00", "0 %"],
  ]);
  rows[2].querySelector("button")?.click();
  press("Escape");
  expect(root().querySelector<HTMLElement>(".table")?.hidden).toBe(true);
  press("Escape");
  expect(sent()).toEqual([
    { kind: "select", selected: { what: "node", id: "MEADOW" } },
    { kind: "select", selected: null },
  ]);
});

test("a click holds until the kernel confirms it, and then the kernel's word holds", () => {
  open();
  const chosen = { what: "node", id: "RIVER" } as const;
  press("t");
  root().querySelector<HTMLButtonElement>("tbody button")?.click();
  show({ selected: null });
  expect(root().scene.selected).toEqual(chosen);
  show({ selected: chosen });
  show({ selected: null });
  expect(root().scene.selected).toBeNull();
});

test("a notice is shown, an error until the next word, and the structure's note always", () => {
  open(threeBanks({ note: "5,000 banks drawn as 40 groups" }));
  model.deliver({ kind: "notice", level: "info", text: "The run is over" });
  expect(root().scene.note).toBe("5,000 banks drawn as 40 groups; The run is over");
  vi.advanceTimersByTime(10_000);
  expect(root().scene.note).toBe("5,000 banks drawn as 40 groups");
  model.deliver({ kind: "notice", level: "error", text: "There is no tick 7" });
  vi.advanceTimersByTime(10_000);
  expect(root().scene.note).toContain("There is no tick 7");
});

test("a kernel that is gone is said to be gone, and nothing moves or is sent any more", async () => {
  open();
  show({ events: [{ id: 9, type: "settle", path: [0, 1] }] });
  model.sent.length = 0;
  model.comm_live = false;
  model.tell("comm_live_update");
  expect(root().scene).toMatchObject({ connected: false, animations: [] });
  expect(root().scene.note).toBe("The kernel is not running: run the cell again");
  button("Play").click();
  expect(model.sent).toEqual([]);
  model.deliver({ kind: "notice", level: "info", text: "a last word" });
  expect(root().scene.connected).toBe(false);
});

test("the host's mark on its own element says the same", async () => {
  open();
  document.body.classList.add("jupyter-widgets-disconnected");
  model.tell("comm_live_update");
  await Promise.resolve();
  document.body.classList.remove("jupyter-widgets-disconnected");
  expect(root().scene.connected).toBe(false);
});

test("a command without an answer is no proof that the kernel is gone", () => {
  open();
  button("Play").click();
  vi.advanceTimersByTime(5000);
  expect(root().scene).toMatchObject({ connected: true, note: "No answer from the kernel yet" });
  show();
  expect(root().scene.note).toBe("");
});

test("the theme follows JupyterLab, elsewhere the system", () => {
  document.body.dataset.jpThemeLight = "false";
  open();
  expect(root().scene.theme).toBe("dark");
  end?.();
  document.body.dataset.jpThemeLight = "true";
  vi.stubGlobal("matchMedia", (query: string) => media(query, query.includes("dark")));
  open();
  expect(root().scene.theme).toBe("light");
  end?.();
  delete document.body.dataset.jpThemeLight;
  open();
  expect(root().scene.theme).toBe("dark");
});

test("whoever wants less motion sees the state at once", async () => {
  vi.stubGlobal("matchMedia", (query: string) => media(query, query.includes("reduced-motion")));
  open();
  const before = root().scene.nodes[0].fill;
  model.deliver({ kind: "frame" }, [
    packed({ seq: ++seq, domains: DOMAINS }, { ...COLUMNS, "node.liquidity": [1, 1, 1] }),
  ]);
  await new Promise((drawn) => requestAnimationFrame(drawn));
  expect(before).toBe(0.25);
  expect(root().scene.nodes[0].fill).toBe(1);
});

test("a pin of another view is taken over, another structure is drawn anew", () => {
  open();
  model.set("structure", threeBanks({ pinned: { RIVER: [0.5, 0.5] } }));
  expect(root().scene.nodes[0].pinned).toBe(true);
  expect(root().scene.tick).toBe(0);
  model.set("last_frame", null);
  model.set("structure", threeBanks({ ids: ["A", "B", "C"] }));
  expect(root().scene.nodes.map(({ id }) => id)).toEqual(["A", "B", "C"]);
  expect(root().scene.tick).toBeNull();
});

test("a closed view leaves nothing behind", () => {
  open();
  end?.();
  expect(document.body.children).toHaveLength(0);
  expect(() => show()).not.toThrow();
});

test("what is summed up is said, and no longer said when it is over", async () => {
  open();
  const settled = Array.from({ length: 45 }, (_, i) => ({
    id: i + 1,
    type: "settle",
    path: [i % 3, (i + 1) % 3],
  }));
  const drawn = () => new Promise((done) => requestAnimationFrame(done));
  show({ events: settled });
  await drawn();
  expect(root().scene.animations).toHaveLength(40);
  expect(root().scene.note).toBe("5 more happenings are not shown one by one");
  vi.spyOn(performance, "now").mockReturnValue(performance.now() + 60_000);
  show();
  await drawn();
  vi.advanceTimersByTime(5000);
  expect(root().scene.note).toBe("");
});
