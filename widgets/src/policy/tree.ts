import { count } from "../panel/words";
import { nodes } from "./document";
import { actionLines, conditionText, wrapped } from "./formula";
import { type Box, layout, type Placed } from "./layout";
import { type Dict, isBranching, isDict, type Path, type Vocabulary } from "./types";

const SPACE = "http://www.w3.org/2000/svg";
const LETTER = 7.25; // pixels, of a monospaced letter
const LINE = 16;
const WIDEST = 30; // letters
const PAD = 10;

/** What is said beside the document: the way that was taken, what was compared, what is wrong, what is chosen. */
export interface Marks {
  way: [string, boolean | null][];
  said: Map<string, string[]>; // by node, the numbers compared
  wrong: Map<string, number>; // by path of a node
  chosen: string | null; // path of a node
}

export interface DrawnNode {
  id: string;
  path: Path;
  key: string; // the path as text
  lit: boolean;
  values: string[];
  problems: number;
}

interface Knot extends Box {
  node: Dict;
  path: Path;
  lines: string[];
  values: string[];
  notes: string[];
  children: Knot[];
}

export interface Drawing {
  svg: SVGSVGElement;
  width: number;
  height: number;
  nodes: DrawnNode[];
}

/** One tree of a policy: round nodes ask, square ones act; solid lines mean yes, dashed ones no. */
export function drawTree(document_: Dict, tree: string, words: Vocabulary, marks: Marks): Drawing {
  const top = knot(document_[tree] as Dict, [tree], words, marks);
  const { placed, width, height } = layout(top);
  const svg = part("svg", { viewBox: `-4 -4 ${width + 8} ${height + 8}`, role: "tree", "aria-label": tree });
  const lit = new Map(marks.way);
  const answered = (spot: Knot) => lit.get(String(spot.node.node_id));
  const edges = part("g", { class: "edges" });
  const shapes = part("g", { class: "nodes" });
  const drawn: DrawnNode[] = [];
  const draw = (here: Knot, level: number, reached: boolean) => {
    const spot = placed.get(here) as Placed;
    const isLit = reached && lit.has(String(here.node.node_id));
    const key = here.path.join("/");
    const problems = marks.wrong.get(key) ?? 0;
    drawn.push({
      id: String(here.node.node_id),
      path: here.path,
      key,
      lit: isLit,
      values: here.values,
      problems,
    });
    for (const [i, child] of here.children.entries()) {
      const answer = i === 0;
      const taken = isLit && answered(here) === answer;
      edges.append(edge(spot, placed.get(child) as Placed, answer, taken));
      draw(child, level + 1, taken);
    }
    shapes.append(shape(here, spot, { lit: isLit, chosen: marks.chosen === key, problems, level, key }));
  };
  draw(top, 1, true);
  if (marks.way.length) svg.classList.add("told");
  svg.append(edges, shapes);
  return {
    svg,
    width: width + 8,
    height: height + 8,
    nodes: drawn.sort((a, b) => a.key.localeCompare(b.key)),
  };
}

function knot(node: Dict, path: Path, words: Vocabulary, marks: Marks): Knot {
  const asks = isBranching(node);
  const texts = asks ? [`${conditionText(node.condition, words)}?`] : actionLines(node, words);
  const lines = texts.flatMap((text) => wrapped(text, WIDEST));
  const values = (marks.said.get(String(node.node_id)) ?? []).flatMap((text) => wrapped(text, WIDEST));
  const longest = Math.max(8, ...lines.map((line) => line.length), ...values.map((line) => line.length));
  const below = (key: "on_true" | "on_false") =>
    knot(isDict(node[key]) ? node[key] : {}, [...path, key], words, marks);
  return {
    node,
    path,
    lines,
    values,
    notes: words.notes.flatMap((key) => (node[key] ? [String(node[key])] : [])),
    width: longest * LETTER + 2 * PAD,
    height: (lines.length + values.length) * LINE + PAD + (values.length ? 4 : 0),
    children: asks ? [below("on_true"), below("on_false")] : [],
  };
}

interface Look {
  lit: boolean;
  chosen: boolean;
  problems: number;
  level: number;
  key: string;
}

function shape(here: Knot, spot: Placed, look: Look): SVGElement {
  const asks = here.children.length > 0;
  const kinds = [asks ? "ask" : "act", look.lit && "lit", look.chosen && "chosen", look.problems && "wrong"];
  const wrong = look.problems ? `, ${count(look.problems, "problem")}` : "";
  const group = part("g", {
    class: kinds.filter(Boolean).join(" "),
    role: "treeitem",
    tabindex: "-1",
    "aria-level": String(look.level),
    "aria-selected": String(look.chosen),
    "aria-label": [...here.lines, ...here.values].join(" ") + wrong,
    "data-key": look.key,
    "data-node": String(here.node.node_id),
  });
  const left = spot.x - here.width / 2;
  const round = asks ? Math.min(16, here.height / 2) : 2;
  const size = { width: String(here.width), height: String(here.height), rx: String(round) };
  group.append(title(here), part("rect", { x: String(left), y: String(spot.y), ...size }));
  const rows = [
    ...here.lines.map((text) => ({ text, name: "" })),
    ...here.values.map((text) => ({ text, name: "value" })),
  ];
  for (const [i, { text, name }] of rows.entries()) {
    const down = spot.y + PAD / 2 + (i + 0.75) * LINE + (name ? 4 : 0);
    const line = part("text", { x: String(spot.x), y: String(down), ...(name && { class: name }) });
    line.textContent = text;
    group.append(line);
  }
  if (look.problems) group.append(badge(left + here.width, spot.y));
  return group;
}

function title(here: Knot): SVGElement {
  const made = part("title", {});
  made.textContent = [here.node.node_id, ...here.notes].join("\n");
  return made;
}

function badge(x: number, y: number): SVGElement {
  const sign = part("text", { x: String(x), y: String(y + 5), class: "badge" });
  sign.textContent = "⚠";
  return sign;
}

function edge(from: Placed, to: Placed, answer: boolean, taken: boolean): SVGElement {
  const start = from.y + from.box.height;
  const middle = start + (to.y - start) / 2;
  const line = part("path", {
    d: `M${from.x} ${start} C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${to.y}`,
  });
  const label = part("text", { x: String((from.x + to.x) / 2 + (answer ? -14 : 14)), y: String(middle + 4) });
  label.textContent = taken ? (answer ? "✓ yes" : "✗ no") : answer ? "yes" : "no";
  const group = part("g", { class: `${answer ? "yes" : "no"}${taken ? " lit" : ""}` });
  group.append(line, label);
  return group;
}

function part(name: string, attributes: Record<string, string>): SVGSVGElement {
  const made = document.createElementNS(SPACE, name) as SVGSVGElement;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** The node that an arrow leads to: up to the question before, down to yes, sideways to the other answer. */
export function neighbour(document_: Dict, path: Path, key: string): Path | null {
  const last = path.at(-1);
  const here = nodes(document_, String(path[0])).find((found) => found.path.join("/") === path.join("/"));
  if (key === "ArrowUp") return path.length > 1 ? path.slice(0, -1) : null;
  if (key === "ArrowDown") return here && isBranching(here.node) ? [...path, "on_true"] : null;
  const other = last === "on_true" ? "on_false" : last === "on_false" ? "on_true" : null;
  const leads = (key === "ArrowLeft" && last === "on_false") || (key === "ArrowRight" && last === "on_true");
  return other && leads ? [...path.slice(0, -1), other] : null;
}
