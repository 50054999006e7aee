import { chooser } from "../panel/chooser";
import type { Root } from "../panel/root";
import { count } from "../panel/words";
import { element, iconButton } from "../shared/dom";
import type { Model } from "../shared/model";
import { TreeCanvas } from "./canvas";
import { nodes, parts } from "./document";
import { conditionText } from "./formula";
import { Tabs } from "./tabs";
import type { Marks } from "./tree";
import { type Compared, type Data, type Dict, isBranching, type Vocabulary } from "./types";

/** What Python sends: see simcash/view/microscope.py. */
export interface MicroscopeState {
  kind: "microscope";
  title: string;
  now: number;
  playing: boolean;
  banks: string[];
  bank: string;
  tick: number | null;
  label: string;
  fixed: boolean;
  policy: string;
  about: string;
  document: Dict | null;
  numbers: Record<string, number>;
  count: number;
  questions: { tree: string; payment: number | null; about: string; answer: string; action: string }[];
  chosen: { index: number; tree: string; way: [string, boolean | null][]; steps: Compared[] } | null;
  note: string;
}

/** The numbers compared at each node: "40 ≥ 60 ✗ no", a line for each comparison that was needed. */
export function comparedAt(
  document: Dict | null,
  tree: string,
  steps: Compared[],
  words: Vocabulary,
): Map<string, string[]> {
  const signs = new Map<string, string>();
  for (const { node } of document ? nodes(document, tree) : []) {
    if (!isBranching(node)) continue;
    for (const [text, sign] of comparisons(node.condition, words)) signs.set(`${node.node_id} ${text}`, sign);
  }
  const said = new Map<string, string[]>();
  for (const step of steps) {
    const sign = signs.get(`${step.node} ${step.text}`) ?? "and";
    const line = `${step.left} ${sign} ${step.right} ${step.result ? "✓ yes" : "✗ no"}`;
    said.set(step.node, [...(said.get(step.node) ?? []), line]);
  }
  return said;
}

/** Every comparison in a condition: how it is written, and its sign. */
function comparisons(condition: Data | undefined, words: Vocabulary): [string, string][] {
  const here = condition as Dict;
  const op = String(here.op);
  if (words.logic[op] === undefined) return [[conditionText(here, words), words.signs[op] ?? op]];
  return parts(here, words).flatMap((part) => comparisons(part, words));
}

/** What the tree said where the way ends, which may not be what could be done. */
function meant(document: Dict | null, tree: string, way: [string, boolean | null][]): string | null {
  const end = way.at(-1)?.[0];
  const found = document && nodes(document, tree).find(({ node }) => node.node_id === end);
  return found ? String(found.node.action) : null;
}

export function microscope(model: Model, frame: Root<object>, words: Vocabulary): () => void {
  const { ask } = frame.link;
  const state = () => model.get("state") as MicroscopeState;
  let tree: string | null = null; // chosen by hand; null: that of the question
  let picked: string | null = null;
  const banks = chooser(null, (bank) => ask({ kind: "bank", id: bank }));
  const go = (by: number) => ask({ kind: "tick", tick: (state().tick ?? 0) + by });
  const earlier = iconButton("M10 3 L5 8 L10 13", "the tick before", () => go(-1));
  const later = iconButton("M6 3 L11 8 L6 13", "the tick after", () => go(1));
  const latest = element(
    "button",
    { type: "button", onclick: () => ask({ kind: "tick", tick: null }) },
    "latest",
  );
  const when = element("span", {});
  const about = element("p", { class: "about" });
  const list = element("div", { class: "questions", role: "listbox", "aria-label": "decisions" });
  const listed = element("p", { class: "quiet" });
  const tabs = new Tabs((chosen) => {
    tree = chosen;
    show();
  });
  const canvas = new TreeCanvas({
    choose(path) {
      picked = path?.join("/") ?? null;
      show();
    },
    open: () => undefined,
  });
  const steps = element("div", { class: "compared" });
  frame.element.prepend(
    element("header", {}, banks.element, element("span", { class: "ticks" }, earlier, when, later, latest)),
  );
  const left = element("nav", {}, element("h4", {}, "decisions"), list, listed);
  const right = element("div", { class: "picture" }, about, tabs.element, canvas.element, steps);
  frame.element.append(element("div", { class: "sides" }, left, right));

  const chooseQuestion = (index: number) => {
    tree = null;
    ask({ kind: "choose", index });
  };
  list.addEventListener("click", (event) => {
    const option = (event.target as Element).closest<HTMLElement>("[role=option]");
    if (option) chooseQuestion(Number(option.dataset.index));
  });
  list.addEventListener("keydown", (event) => {
    const option = (event.target as Element).closest<HTMLElement>("[role=option]");
    const to =
      event.key === "ArrowDown"
        ? option?.nextElementSibling
        : event.key === "ArrowUp" && option?.previousElementSibling;
    if (to) {
      (to as HTMLElement).focus();
      chooseQuestion(Number((to as HTMLElement).dataset.index));
    } else if (option && event.key === "Enter") chooseQuestion(Number(option.dataset.index));
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  const showList = (now: MicroscopeState) => {
    const had = list.contains(document.activeElement);
    const options = now.questions.map((question, index) => {
      const selected = index === now.chosen?.index;
      const attributes = {
        role: "option",
        "aria-selected": String(selected),
        tabindex: selected ? "0" : "-1",
      };
      const which =
        question.payment === null ? question.tree.replace(/_tree$/, "").replaceAll("_", " ") : question.about;
      return element(
        "div",
        { ...attributes, "data-index": String(index) },
        element("b", {}, which),
        ` ${question.answer}`,
      );
    });
    list.replaceChildren(...options);
    if (had) options[now.chosen?.index ?? 0]?.focus();
    const more = now.count - now.questions.length;
    listed.textContent = more > 0 ? `${count(more, "more")} not listed` : now.note;
  };

  const showTree = (now: MicroscopeState) => {
    const trees = now.document
      ? Object.keys(words.trees).filter((name) => now.document && name in now.document)
      : [];
    const asked = now.chosen?.tree ?? null;
    const current = [tree, asked, ...trees].find((name) => name !== null && trees.includes(name)) ?? null;
    tabs.show(trees, current, asked);
    tabs.element.hidden = trees.length < 2;
    canvas.element.hidden = current === null;
    if (!now.document || current === null) return canvas.clear();
    const told = now.chosen && current === asked ? now.chosen : null;
    const said = told ? comparedAt(now.document, current, told.steps, words) : new Map<string, string[]>();
    const marks: Marks = { way: told?.way ?? [], said, wrong: new Map(), chosen: picked };
    canvas.show(now.document, current, words, marks);
  };

  const showSteps = (now: MicroscopeState) => {
    const question = now.chosen && now.questions[now.chosen.index];
    const said = now.chosen && meant(now.document, now.chosen.tree, now.chosen.way);
    const other = question && said && said !== question.action ? ` (the tree said ${said})` : "";
    const heading = question
      ? [element("p", { class: "outcome" }, `${question.about}: `, element("b", {}, question.answer), other)]
      : [];
    const rows = (now.chosen?.steps ?? []).map((step) =>
      element(
        "tr",
        { class: step.result ? "yes" : "no" },
        element("td", {}, step.result ? "✓ yes" : "✗ no"),
        element("td", {}, element("code", {}, step.text)),
        element("td", {}, `${step.left} and ${step.right}`),
      ),
    );
    const table = rows.length ? [element("table", { class: "steps" }, element("tbody", {}, ...rows))] : [];
    steps.replaceChildren(...heading, ...table);
  };

  const show = () => {
    const now = state();
    banks.show(now.banks, now.bank);
    when.textContent =
      now.tick === null ? "no tick yet" : `tick ${now.tick.toLocaleString("en-US")} · ${now.label}`;
    earlier.disabled = !now.tick;
    later.disabled = now.tick === null || now.tick >= now.now - 1;
    latest.disabled = !now.fixed;
    const built = now.document ? "" : ", which is built in and has no tree";
    const given = Object.entries(now.numbers).map(
      ([name, value]) => `${name} ${value.toLocaleString("en-US")}`,
    );
    const more = [given.join(", "), now.about].filter(Boolean).join(". ");
    about.replaceChildren(
      now.bank,
      " follows ",
      element("b", {}, now.policy),
      `${built}${more ? `: ${more}` : ""}`,
    );
    showList(now);
    showTree(now);
    showSteps(now);
  };
  const scene = () => {
    const now = state();
    const drawn = canvas.drawing?.nodes ?? [];
    return {
      kind: now.kind,
      bank: now.bank,
      tick: now.tick,
      policy: now.policy,
      theme: frame.element.dataset.theme,
      notice: frame.notice.textContent,
      questions: now.questions.length,
      chosen: now.chosen && now.questions[now.chosen.index],
      nodes: drawn.map(({ id, path, lit, values }) => ({ id, path, lit, values })),
    };
  };
  Object.defineProperty(frame.element, "scene", { get: scene, configurable: true });
  model.on("change:state", show);
  show();
  return () => {
    model.off("change:state", show);
    canvas.close();
  };
}
