import cytoscape from "cytoscape";
import { palette, TONES } from "../src/graph/colours";
import { parseFrame } from "../src/graph/wire";
import type { Contender } from "./pace";
import type { MadeUpWorld } from "./world";

const LASTS = 750; // milliseconds of an animation
const COLOURS = palette("light");

/** The same frames drawn by Cytoscape.js: size, colour and ring of all nodes, width of all edges, lines that light up. */
export function peer(world: MadeUpWorld): Contender {
  const container = document.body.appendChild(document.createElement("div"));
  container.style.cssText = "width:1248px;height:440px";
  const { ids, x, y } = world.structure;
  const nodes = ids.map((id, i) => ({
    data: { id, r: 8, c: "#888", w: 0 },
    position: { x: 1200 * x[i], y: 420 * y[i] },
  }));
  const edges = Array.from(world.source, (source, i) => ({
    data: { id: `e${i}`, source: ids[source], target: ids[world.target[i]], f: 0 },
  }));
  const cy = cytoscape({ container, elements: { nodes, edges }, layout: { name: "preset" }, style: STYLE });
  const all = { nodes: cy.nodes().toArray(), edges: cy.edges().toArray() };
  let running = 0;
  return {
    show(bytes) {
      const { header, columns } = parseFrame(bytes);
      cy.batch(() => {
        all.nodes.forEach((node, i) => {
          const tone = Math.min(TONES - 1, Math.floor(columns["node.stress"][i] * TONES));
          const r = 5 + 12 * Math.sqrt(columns["node.sent"][i] / 1e8);
          node.data({ r, c: COLOURS.tones[tone], w: (4 * columns["node.queued"][i]) / 5e6 });
        });
        all.edges.forEach((edge, i) => {
          edge.data("f", 0.3 + (3 * columns["edge.flow"][i]) / 1e7);
        });
      });
      for (const { path } of header.events) {
        if (running >= 40) return;
        const edge = cy.getElementById(ids[path[0]]).edgesTo(cy.getElementById(ids[path[1]]))[0];
        running++;
        edge?.animate(
          { style: { "line-color": COLOURS.settled } },
          { duration: LASTS, complete: () => running-- },
        );
        if (!edge) running--;
      }
    },
    running: () => running,
  };
}

const STYLE: cytoscape.StylesheetJson = [
  {
    selector: "node",
    style: {
      width: "data(r)",
      height: "data(r)",
      "background-color": "data(c)",
      "border-width": "data(w)",
      "border-color": COLOURS.waiting,
    },
  },
  {
    selector: "edge",
    style: {
      width: "data(f)",
      "curve-style": "bezier",
      "target-arrow-shape": "triangle",
      "line-opacity": 0.4,
    },
  },
];
