import graph from "../src/entries/graph";
import { LooseModel } from "./model";
import { MadeUpWorld } from "./world";

/** A page with one graph of a made-up world, for measuring and for looking at. */
function mount(nodes: number, edges: number, more: object = {}) {
  const world = new MadeUpWorld(nodes, edges);
  const model = new LooseModel({
    structure: { ...world.structure, ...more },
    last_frame: world.frame(0, 0),
    session: "made up",
  });
  const el = document.createElement("div");
  document.body.append(el);
  graph.initialize({ model });
  const end = graph.render({ model, el });
  return { world, model, el, end };
}

Object.assign(globalThis, { mount });
