import graph from "../src/entries/graph";
import type { Message } from "../src/shared/model";
import { LooseModel } from "./model";
import { type Contender, heap, paced } from "./pace";
import { peer } from "./peer";
import { MadeUpWorld } from "./world";

type Scene = { nodes: { x: number; y: number }[]; animations: object[]; frames: { drawn: number } };

/** What the address asks to be measured: `#{"what": "ours", "nodes": 100, ...}`. */
interface Job {
  what: "ours" | "peer" | "heap";
  nodes: number;
  edges: number;
  seconds: number;
  frames: number;
}

const HAPPENINGS = 5; // a frame, enough to keep as many animations running as there may be

/** The widget on a page without a kernel. */
function ours(world: MadeUpWorld): Contender & { scene(): Scene } {
  const model = new LooseModel({ structure: world.structure, last_frame: world.frame(0, 0), session: "" });
  model.send = (_: Message) => {}; // nobody listens
  const el = document.body.appendChild(document.createElement("div"));
  graph.initialize({ model });
  graph.render({ model, el });
  const root = el.firstElementChild as unknown as { scene: Scene };
  return {
    show: (frame) => model.deliver({ kind: "frame" }, [frame]),
    running: () => root.scene.animations.length,
    scene: () => root.scene,
  };
}

async function measured(job: Job): Promise<object> {
  const world = new MadeUpWorld(job.nodes, job.edges);
  if (job.what === "peer") return paced(peer(world), world, job.seconds, HAPPENINGS);
  const view = ours(world);
  for (let pictures = 0; pictures < 3; pictures++) await new Promise(requestAnimationFrame);
  const before = places(view.scene());
  const result =
    job.what === "heap"
      ? await heap(view, world, job.frames, HAPPENINGS)
      : await paced(view, world, job.seconds, HAPPENINGS);
  const after = places(view.scene());
  return { ...result, moved: Math.max(...after.map((place, i) => Math.abs(place - before[i]))) };
}

function places({ nodes }: Scene): number[] {
  return nodes.flatMap(({ x, y }) => [x, y]);
}

/** Measures and tells whoever started the browser; a page without a job only offers the pieces. */
async function main(): Promise<void> {
  if (!location.hash) return;
  await new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown)));
  const answer = await measured(JSON.parse(decodeURIComponent(location.hash.slice(1)))).catch((error) => ({
    error: String(error),
  }));
  await fetch("result", { method: "POST", body: JSON.stringify(answer) });
}

Object.assign(globalThis, { MadeUpWorld, LooseModel, graph });
main();
