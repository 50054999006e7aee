import { element } from "../shared/dom";
import { at, computation, newValue, operandPaths, put, without } from "./document";
import {
  asWritten,
  button,
  type Desk,
  group,
  number,
  replace,
  row,
  select,
  suggested,
  withCurrent,
} from "./fields";
import { type Data, type Dict, isDict, type Path } from "./types";

const KINDS: Record<string, string> = {
  field: "field",
  param: "parameter",
  value: "number",
  compute: "computation",
};

/** A value: a field, a number of the policy, a number, or a computation on other values. */
export function valueForm(desk: Desk, path: Path, tree: string, bank = false): HTMLElement {
  const { document, words } = desk;
  const value = dict(at(document, path));
  const kind = words.values.find((name) => name in value) ?? "value";
  const kinds = words.values.map((name): [string, string] => [name, KINDS[name] ?? name]);
  const choose = select(kinds, kind, "what stands here", (chosen) =>
    desk.edit((now) => put(now, path, newValue(chosen, tree, now, words))),
  );
  const made = group("value", path, row(choose, content(desk, path, kind, value, tree, bank)));
  if (kind === "compute") made.append(...operands(desk, [...path, "compute"], tree));
  return made;
}

function content(
  desk: Desk,
  path: Path,
  kind: string,
  value: Dict,
  tree: string,
  bank: boolean,
): HTMLElement {
  const { words } = desk;
  const place = [...path, kind];
  const typed = (data: Data) => replace(desk, place, () => data, place.join("/"));
  if (kind === "field") {
    const known = Object.values(words.trees[tree]?.fields ?? {}).flat();
    return suggested(known, String(value.field), "field", typed);
  }
  if (kind === "param") {
    const known = Object.keys(dict(desk.document.parameters));
    return select(withCurrent(known, String(value.param)), String(value.param), "parameter", (name) =>
      replace(desk, place, () => name),
    );
  }
  if (kind === "compute") {
    const signs = Object.keys(words.computations).map((sign): [string, string] => [
      sign,
      words.signs[sign] ?? sign,
    ]);
    return select(signs, String(dict(value.compute).op), "operation", (op) =>
      replace(desk, place, (here) => computation(dict(here), op, { value: 0 }, words)),
    );
  }
  if (bank) return suggested(desk.banks, String(value.value), "bank", (text) => typed(asWritten(text)));
  return number(value.value, typed);
}

function operands(desk: Desk, path: Path, tree: string): HTMLElement[] {
  const computed = dict(at(desk.document, path));
  const places = operandPaths(computed, desk.words);
  const several = Array.isArray(computed.values);
  const made = places.map((place) => {
    const here = [...path, ...place];
    const removable = several && places.length > 1;
    const remove = removable ? [button("remove", () => desk.edit((now) => without(now, here)))] : [];
    const name = several ? [] : [element("span", { class: "quiet" }, String(place[0]))];
    return element("div", { class: "part" }, ...name, valueForm(desk, here, tree), ...remove);
  });
  const more = () =>
    replace(desk, [...path, "values"], (here) => [...(Array.isArray(here) ? here : []), { value: 0 }]);
  return several ? [...made, button("add a value", more)] : made;
}

export function dict(data: Data | undefined): Dict {
  return isDict(data) ? data : {};
}
