import { element } from "../shared/dom";
import { at, put } from "./document";
import type { Data, Dict, Path, Problem, Vocabulary } from "./types";

/** What forms need. An edit is a function of the document as it is when it is made; edits with the same name in
 * `typed` come from one field being typed in: together they are one step back. */
export interface Desk {
  readonly document: Dict;
  readonly words: Vocabulary;
  readonly banks: string[];
  edit(change: (document: Dict) => Dict, typed?: string): void;
}

/** Put something in the place of what is there. */
export function replace(
  desk: Desk,
  path: Path,
  change: (here: Data | undefined) => Data,
  typed?: string,
): void {
  desk.edit((document) => put(document, path, change(at(document, path))), typed);
}

/** A part of a form that stands for a part of the document: what is wrong with that is said in it. */
export function group(name: string, path: Path, ...children: (Node | string)[]): HTMLElement {
  const place = JSON.stringify(path);
  return element("div", { class: name, role: "group", "aria-label": name, "data-path": place }, ...children);
}

export function row(...children: (Node | string)[]): HTMLElement {
  return element("div", { class: "row" }, ...children);
}

export function button(label: string, clicked: () => void): HTMLButtonElement {
  return element("button", { type: "button", onclick: clicked }, label);
}

export function select(
  options: [string, string][],
  current: string,
  label: string,
  change: (value: string) => void,
): HTMLSelectElement {
  const made = options.map(([value, said]) =>
    element("option", { value, selected: value === current }, said),
  );
  const field = element("select", { "aria-label": label }, ...made);
  field.addEventListener("change", () => change(field.value));
  return field;
}

/** The known words as options, and the present one where it is none of them. */
export function withCurrent(known: string[], current: string): [string, string][] {
  return (known.includes(current) ? known : [current, ...known]).map((name) => [name, name]);
}

export function input(value: string, label: string, typed: (value: string) => void): HTMLInputElement {
  const field = element("input", {
    type: "text",
    "aria-label": label,
    spellcheck: "false",
    autocomplete: "off",
  });
  field.value = value;
  field.addEventListener("input", () => typed(field.value));
  return field;
}

let lists = 0;

/** A field that offers known words while one types. */
export function suggested(
  known: string[],
  current: string,
  label: string,
  typed: (value: string) => void,
): HTMLElement {
  const offers = known.map((name) => element("option", { value: name }));
  const list = element("datalist", { id: `simcash-words-${++lists}` }, ...offers);
  const field = input(current, label, typed);
  field.setAttribute("list", list.id);
  field.classList.add("word");
  return element("span", {}, field, list);
}

/** A number's field; what is no number is said at once and goes nowhere. */
export function number(value: Data | undefined, typed: (value: Data) => void): HTMLElement {
  const wrong = element("span", { class: "wrong" });
  const field = input(value === undefined || value === null ? "" : String(value), "number", (text) => {
    const given = asWritten(text);
    const bad = typeof given === "string";
    wrong.textContent = bad ? " not a number" : "";
    field.setAttribute("aria-invalid", String(bad));
    if (!bad) typed(given);
  });
  field.inputMode = "decimal";
  field.classList.add("number");
  return element("span", {}, field, wrong);
}

/** A number or truth value as it was typed, thousands apart or not; else the text. */
export function asWritten(typed: string): Data {
  const plain = typed.trim().replaceAll(",", "");
  if (plain === "true" || plain === "false") return plain === "true";
  return plain !== "" && Number.isFinite(Number(plain)) ? Number(plain) : typed.trim();
}

/** Says each problem in the smallest part of a form that it belongs to. */
export function sayProblems(form: HTMLElement, node: Path, problems: Problem[]): void {
  for (const old of form.querySelectorAll(".problem")) old.remove();
  const groups = [form, ...form.querySelectorAll<HTMLElement>("[data-path]")];
  for (const problem of problems) {
    if (!belongs(problem.path, node)) continue;
    const fitting = groups.filter((part) => starts(problem.path, pathOf(part, node)));
    const smallest = fitting.reduce(
      (a, b) => (pathOf(b, node).length > pathOf(a, node).length ? b : a),
      form,
    );
    smallest.append(element("p", { class: "problem wrong" }, problem.text));
  }
}

function pathOf(part: HTMLElement, node: Path): Path {
  return part.dataset.path === undefined ? node : JSON.parse(part.dataset.path);
}

/** Whether something stands at a node itself, and not at one below it. */
function belongs(path: Path, node: Path): boolean {
  const next = path[node.length];
  return starts(path, node) && next !== "on_true" && next !== "on_false";
}

function starts(path: Path, start: Path): boolean {
  return start.every((step, i) => step === path[i]);
}
