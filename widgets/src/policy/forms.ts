import { element } from "../shared/dom";
import {
  addBranch,
  at,
  comparison,
  firstSetting,
  parts,
  put,
  removeBranch,
  setAction,
  setOperator,
  setParameter,
  without,
} from "./document";
import {
  button,
  type Desk,
  group,
  input,
  number,
  replace,
  row,
  select,
  suggested,
  withCurrent,
} from "./fields";
import { type Branch, type Data, isBranching, isDict, type Path, type Slot } from "./types";
import { dict, valueForm } from "./values";

/** Everything that can be changed at a node. */
export function nodeForm(desk: Desk, path: Path): HTMLElement {
  const node = at(desk.document, path);
  if (!isDict(node)) return element("p", { class: "quiet" }, "choose a node of the tree to change it");
  const tree = String(path[0]);
  const asks = isBranching(node);
  const inside = asks ? conditionForm(desk, [...path, "condition"], tree) : actionForm(desk, path, tree);
  const note = desk.words.notes.find((name) => name in node) ?? "description";
  return element(
    "div",
    { class: "node-form", role: "form", "aria-label": String(node.node_id) },
    element("h4", {}, asks ? "what it asks" : "what it does"),
    inside,
    textRow(desk, [...path, "node_id"], "name"),
    textRow(desk, [...path, note], note.replace("_", " ")),
    buttons(desk, path, asks),
  );
}

function buttons(desk: Desk, path: Path, asks: boolean): HTMLElement {
  const grow = button("put a condition before it", () =>
    desk.edit((now) => addBranch(now, path, desk.words)),
  );
  const keep = (branch: Branch, said: string) =>
    button(`keep only its ${said} branch`, () => desk.edit((now) => removeBranch(now, path, branch)));
  return row(grow, ...(asks ? [keep("on_true", "yes"), keep("on_false", "no")] : []));
}

/** A text of the policy; an empty note is left out. */
export function textRow(desk: Desk, path: Path, label: string): HTMLElement {
  const isNote = desk.words.notes.includes(String(path.at(-1)));
  const field = input(String(at(desk.document, path) ?? ""), label, (text) =>
    desk.edit((now) => (isNote && !text ? without(now, path) : put(now, path, text)), path.join("/")),
  );
  return group("row", path, element("span", { class: "quiet" }, label), field);
}

function conditionForm(desk: Desk, path: Path, tree: string): HTMLElement {
  const { words } = desk;
  const condition = dict(at(desk.document, path));
  const op = String(condition.op);
  const signs = [...words.comparisons, ...Object.keys(words.logic)];
  const written = signs.map((sign): [string, string] => [sign, words.signs[sign] ?? sign]);
  const operator = select(written, op, "operator", (chosen) =>
    replace(desk, path, (here) => {
      const both = words.comparisons.includes(op) && words.comparisons.includes(chosen);
      return both ? { ...dict(here), op: chosen } : setOperator(dict(here), chosen, tree, words);
    }),
  );
  if (words.logic[op] !== undefined)
    return group("condition", path, row(operator), ...joined(desk, path, tree));
  const names = ["left", "right"].map((side) => String(dict(condition[side]).field));
  const bank = ["==", "!="].includes(op) && names.some((name) => words.id_fields.includes(name));
  const side = (name: string) => valueForm(desk, [...path, name], tree, bank);
  return group("condition", path, side("left"), row(operator), side("right"));
}

function joined(desk: Desk, path: Path, tree: string): HTMLElement[] {
  const { words } = desk;
  const condition = dict(at(desk.document, path));
  const place = String(words.logic[String(condition.op)]);
  const several = Array.isArray(condition[place]);
  const count = parts(condition, words).length;
  const inner = parts(condition, words).map((_, i) => {
    const here = several ? [...path, place, i] : [...path, place];
    const remove =
      several && count > 1 ? [button("remove", () => desk.edit((now) => without(now, here)))] : [];
    return element("div", { class: "part" }, conditionForm(desk, here, tree), ...remove);
  });
  const more = () =>
    replace(desk, [...path, place], (here) => [
      ...(Array.isArray(here) ? here : []),
      comparison(tree, words),
    ]);
  return several ? [...inner, button("add a condition", more)] : inner;
}

function actionForm(desk: Desk, path: Path, tree: string): HTMLElement {
  const { words } = desk;
  const node = dict(at(desk.document, path));
  const action = String(node.action);
  const slots = words.actions[action] ?? {};
  const known = withCurrent(words.trees[tree]?.actions ?? [], action);
  const choose = select(known, action, "action", (name) =>
    desk.edit((now) => setAction(now, path, name, words)),
  );
  const given = Object.keys(dict(node.parameters));
  const named = (key: string) => words.synonyms[key] ?? key;
  const open = Object.keys(slots).filter((name) => !given.map(named).includes(name));
  const offers: [string, string][] = [["", "add a parameter …"], ...withCurrent(open, open[0] ?? "")];
  const add = select(offers, "", "add a parameter", (name) => {
    const first = firstSetting(String(slots[name]?.kind), words);
    if (name) desk.edit((now) => setParameter(now, path, name, first));
  });
  const settings = given.map((key) => setting(desk, path, key, slots[named(key)], tree));
  return group("action", path, row(choose, ...(open.length ? [add] : [])), ...settings);
}

function setting(desk: Desk, path: Path, name: string, slot: Slot | undefined, tree: string): HTMLElement {
  const place = [...path, "parameters", name];
  const label = element("span", { class: "quiet" }, name);
  const remove = button("remove", () => desk.edit((now) => setParameter(now, path, name, undefined)));
  const away = slot?.required ? [] : [remove];
  return group("part", place, label, settingField(desk, place, name, slot, tree), ...away);
}

function settingField(
  desk: Desk,
  place: Path,
  name: string,
  slot: Slot | undefined,
  tree: string,
): HTMLElement {
  const value = at(desk.document, [...place, "value"]);
  const set = (data: Data, typed?: string) => replace(desk, place, () => ({ value: data }), typed);
  const typed = place.join("/");
  const choices = desk.words.choices[slot?.kind ?? ""];
  if (slot?.kind === "number") return valueForm(desk, place, tree);
  if (slot?.kind === "banks") {
    const banks = Array.isArray(value) ? value.join(", ") : "";
    return suggested(desk.banks, banks, name, (text) => set(listed(text), typed));
  }
  if (choices) return select(withCurrent(choices, String(value)), String(value), name, (word) => set(word));
  return input(String(value ?? ""), name, (text) => set(text, typed));
}

function listed(typed: string): string[] {
  const names = typed.split(",").map((name) => name.trim());
  return names.filter(Boolean);
}

/** The numbers that the policy names. */
export function numbersForm(desk: Desk): HTMLElement {
  const given = Object.entries(dict(desk.document.parameters));
  const rows = given.map(([name, value]) => {
    const path = ["parameters", name];
    const field = number(value, (data) => replace(desk, path, () => data, path.join("/")));
    const remove = button("remove", () => desk.edit((now) => without(now, path)));
    return group("row", path, element("span", {}, name), field, remove);
  });
  const fresh = element("input", {
    type: "text",
    placeholder: "name of a new number",
    "aria-label": "name of a new number",
  });
  const add = button("add", () => {
    const name = fresh.value.trim();
    if (name) replace(desk, ["parameters"], (here) => ({ ...dict(here), [name]: 0 }));
  });
  return element("div", { class: "numbers" }, ...rows, row(fresh, add));
}
