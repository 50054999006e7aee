import { element } from "../shared/dom";
import { count, format } from "../shared/format";
import type { Scene } from "./scene";
import type { Channel } from "./structure";

/** What stands beside the pointer: the numbers of a node or of an edge. */
export class Card {
  readonly root = element("div", { class: "card", role: "status", hidden: true });

  hide(): void {
    this.root.hidden = true;
  }

  node(scene: Scene, node: number, width: number, height: number): void {
    const { structure } = scene;
    const group = structure.groups ? structure.group_names[structure.groups[node]] : "";
    const words = [scene.state(node), group].filter(Boolean).join(" · ");
    this.fill(structure.ids[node], words, rowsOf(scene, node));
    this.beside(scene.px[node], scene.py[node], scene.pr[node] + 10, width, height);
  }

  edge(scene: Scene, edge: number, x: number, y: number, width: number, height: number): void {
    const { ids, encoding } = scene.structure;
    const { source, target, flow, queued } = scene.edges;
    const rows: [string, string][] = [];
    if (encoding.edge.flow) rows.push([label(encoding.edge.flow), amount(scene, flow[edge])]);
    if (encoding.edge.queued) rows.push([label(encoding.edge.queued), amount(scene, queued[edge])]);
    this.fill(`${ids[source[edge]]} → ${ids[target[edge]]}`, "", rows);
    this.beside(x, y, 14, width, height);
  }

  private fill(title: string, words: string, rows: [string, string][]): void {
    const list = element("dl");
    for (const [name, value] of rows) list.append(element("dt", {}, name), element("dd", {}, value));
    this.root.replaceChildren(element("b", {}, title));
    if (words) this.root.append(element("span", { class: "state" }, words));
    this.root.append(list);
    this.root.hidden = false;
  }

  /** To the right of a place, or to its left where the right has no room. */
  private beside(x: number, y: number, away: number, width: number, height: number): void {
    const { offsetWidth, offsetHeight } = this.root;
    const right = x + away + offsetWidth < width;
    const left = right ? x + away : Math.max(4, x - away - offsetWidth);
    const top = Math.max(4, Math.min(height - offsetHeight - 4, y - offsetHeight / 2));
    this.root.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }
}

/** The columns of a node that its card and the table show, with their units. */
export function rowsOf(scene: Scene, node: number): [name: string, value: string][] {
  const unit = scene.structure.encoding.node.size?.unit;
  return scene.structure.encoding.card.map(([column, as]) => {
    const text = format(scene.value(column, node), as);
    return [named(column), as === "money" && unit ? `${text} ${unit}` : text];
  });
}

/** What an edge carries: money where the world counts in it. */
function amount({ structure }: Scene, value = Number.NaN): string {
  return format(value, structure.encoding.card.some(([, as]) => as === "money") ? "money" : "count");
}

/** The name of a column as words. */
export function named(column: string): string {
  return column.replaceAll("_", " ");
}

function label(channel: Channel): string {
  return (channel.label ?? named(channel.column)).replace(/ \(.*\)$/, "");
}

/** What a picture of so many nodes says to someone who hears it. */
export function spoken(scene: Scene): string {
  const { header, structure } = scene;
  const when = header ? `${structure.unit} ${count(header.tick)}` : "no state yet";
  return `${structure.title}: ${count(scene.count)} nodes, ${count(scene.edges.count)} edges, ${when}. T opens a table.`;
}
