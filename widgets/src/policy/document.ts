import { type Branch, type Data, type Dict, isBranching, isDict, type Path, type Vocabulary } from "./types";

// Every edit is a function from a document to another one; what an edit does not touch stays the same object.

export function at(document: Data, path: Path): Data | undefined {
  let here: Data | undefined = document;
  for (const step of path) {
    if (Array.isArray(here)) here = here[Number(step)];
    else if (isDict(here)) here = here[String(step)];
    else return undefined;
  }
  return here;
}

/** The document with another value at a path. */
export function put<T extends Data>(document: T, path: Path, value: Data): T {
  const [first, ...rest] = path;
  if (first === undefined) return value as T;
  if (Array.isArray(document)) return document.map((e, i) => (i === first ? put(e, rest, value) : e)) as T;
  const here = document as Dict;
  return { ...here, [first]: put(here[String(first)] ?? null, rest, value) } as T;
}

/** The document without what stands at a path. */
export function without<T extends Data>(document: T, path: Path): T {
  const last = path.at(-1);
  const holder = at(document, path.slice(0, -1));
  if (Array.isArray(holder)) {
    return put(document, path.slice(0, -1), holder.filter((_, i) => i !== last)); // biome-ignore format: one line
  }
  if (!isDict(holder)) return document;
  const kept = Object.entries(holder).filter(([key]) => key !== last);
  return put(document, path.slice(0, -1), Object.fromEntries(kept));
}

/** Every node of a tree with its path, the yes side first. */
export function nodes(document: Dict, tree: string): { path: Path; node: Dict }[] {
  const found: { path: Path; node: Dict }[] = [];
  const walk = (path: Path, node: Data | undefined) => {
    if (!isDict(node)) return;
    found.push({ path, node });
    if (!isBranching(node)) return;
    walk([...path, "on_true"], node.on_true);
    walk([...path, "on_false"], node.on_false);
  };
  walk([tree], document[tree]);
  return found;
}

/** A name that no node has: "payment-4". */
export function freshId(document: Dict, tree: string): string {
  const names = Object.keys(document).flatMap((key) => nodes(document, key).map(({ node }) => node.node_id));
  const stem = tree.replace(/_tree$/, "").replaceAll("_", "-");
  for (let i = 1; ; i++) if (!names.includes(`${stem}-${i}`)) return `${stem}-${i}`;
}

/** What a node that did one thing does under a condition: the same if it holds, another thing if not. */
export function addBranch(document: Dict, path: Path, words: Vocabulary): Dict {
  const tree = String(path[0]);
  const old = at(document, path) as Dict;
  const condition = {
    type: "condition",
    node_id: freshId(document, tree),
    condition: comparison(tree, words),
  };
  const asked = put(document, path, { ...condition, on_true: old, on_false: null });
  const other = plainActions(tree, words).find((name) => name !== old.action) ?? plainActions(tree, words)[0];
  return put(asked, [...path, "on_false"], newAction(asked, tree, String(other), words));
}

/** One of a condition's branches in the place of the condition. */
export function removeBranch(document: Dict, path: Path, kept: Branch): Dict {
  return put(document, path, at(document, [...path, kept]) ?? null);
}

/** A tree of one action. */
export function addTree(document: Dict, tree: string, words: Vocabulary): Dict {
  const ordered = [...Object.keys(words.trees)];
  const grown: Dict = {
    ...document,
    [tree]: newAction(document, tree, String(plainActions(tree, words)[0]), words),
  };
  const heading = Object.keys(grown).filter((key) => !ordered.includes(key));
  const there = ordered.filter((key) => key in grown);
  return Object.fromEntries([...heading, ...there].map((key) => [key, grown[key] as Data]));
}

/** Another action in the place of one; parameters that it takes too stay. */
export function setAction(document: Dict, path: Path, name: string, words: Vocabulary): Dict {
  const old = at(document, path) as Dict;
  const given = isDict(old.parameters) ? old.parameters : {};
  const slots = words.actions[name] ?? {};
  const kept = Object.entries(given).filter(([key]) => (words.synonyms[key] ?? key) in slots);
  return put(
    document,
    path,
    withParameters({ ...old, action: name }, { ...needed(name, words), ...Object.fromEntries(kept) }),
  );
}

export function setParameter(document: Dict, path: Path, name: string, value: Data | undefined): Dict {
  const node = at(document, path) as Dict;
  const { [name]: _, ...others } = isDict(node.parameters) ? node.parameters : {};
  return put(
    document,
    path,
    withParameters(node, value === undefined ? others : { ...others, [name]: value }),
  );
}

function withParameters(node: Dict, parameters: Dict): Dict {
  const { parameters: _, ...rest } = node;
  return Object.keys(parameters).length ? { ...rest, parameters } : rest;
}

/** Another operator in a condition; as much of what it joined or compared stays as can. */
export function setOperator(condition: Dict, op: string, tree: string, words: Vocabulary): Dict {
  const inner = parts(condition, words);
  const place = words.logic[op];
  if (place === undefined) {
    const { left, right } = firstComparison(condition, words) ?? comparison(tree, words);
    return { op, left: left ?? null, right: right ?? null };
  }
  const joined = inner.length ? inner : [condition];
  if (place === "condition") return { op, condition: joined[0] ?? null };
  return { op, conditions: joined.length > 1 ? joined : [...joined, comparison(tree, words)] };
}

/** The conditions that a condition joins; none if it compares. */
export function parts(condition: Dict, words: Vocabulary): Dict[] {
  const place = words.logic[String(condition.op)];
  const inner = place === undefined ? [] : condition[place];
  return (Array.isArray(inner) ? inner : [inner]).filter(isDict);
}

function firstComparison(condition: Dict, words: Vocabulary): Dict | undefined {
  if ("left" in condition) return condition;
  return parts(condition, words).map((part) => firstComparison(part, words)).find(Boolean); // biome-ignore format: one line
}

/** Another kind of value, or another computation with the same operands as far as it has places for them. */
export function newValue(kind: string, tree: string, document: Dict, words: Vocabulary): Dict {
  if (kind === "field") return { field: firstField(tree, words) };
  if (kind === "param")
    return { param: Object.keys(isDict(document.parameters) ? document.parameters : {})[0] ?? "" };
  if (kind === "value") return { value: 0 };
  const op = String(Object.keys(words.computations)[0]);
  return { compute: computation({}, op, { field: firstField(tree, words) }, words) };
}

export function computation(old: Dict, op: string, first: Data, words: Vocabulary): Dict {
  const operands = operandPaths(old, words).map((path) => at(old, path) as Data);
  const given = operands.length ? operands : [first];
  const keys = words.computations[op] ?? [];
  if (keys[0] === "values") return { op, values: given };
  return { op, ...Object.fromEntries(keys.map((key, i) => [key, given[i] ?? { value: 1 }])) };
}

/** Where a computation's operands stand in it. */
export function operandPaths(computed: Dict, words: Vocabulary): Path[] {
  const keys = words.computations[String(computed.op)] ?? [];
  const several = Array.isArray(computed.values) ? computed.values : [];
  return keys[0] === "values" ? several.map((_, i) => ["values", i]) : keys.map((key) => [key]);
}

export function comparison(tree: string, words: Vocabulary): Dict {
  return {
    op: String(words.comparisons.at(-1)),
    left: { field: firstField(tree, words) },
    right: { value: 0 },
  };
}

function firstField(tree: string, words: Vocabulary): string {
  return Object.values(words.trees[tree]?.fields ?? {})[0]?.[0] ?? "";
}

function newAction(document: Dict, tree: string, action: string, words: Vocabulary): Dict {
  return withParameters({ type: "action", node_id: freshId(document, tree), action }, needed(action, words));
}

/** The parameters that an action must have, with something to begin with. */
function needed(action: string, words: Vocabulary): Dict {
  const slots = Object.entries(words.actions[action] ?? {}).filter(([, slot]) => slot.required);
  return Object.fromEntries(slots.map(([name, { kind }]) => [name, firstSetting(kind, words)]));
}

export function firstSetting(kind: string, words: Vocabulary): Dict {
  if (kind === "number") return { value: 1 };
  if (kind === "banks") return { value: [] };
  if (kind === "register") return { value: `${words.register}mode` };
  return { value: words.choices[kind]?.[0] ?? "" };
}

function plainActions(tree: string, words: Vocabulary): string[] {
  const all = words.trees[tree]?.actions ?? [];
  return all.filter((name) => !Object.values(words.actions[name] ?? {}).some((slot) => slot.required));
}
