import { parseFrame } from "../graph/wire";
import type { Model, OnMessage, Widget } from "../shared/model";

function initialize({ model }: { model: Model }) {
  const seen: OnMessage = ({ kind }, buffers) => {
    if (kind === "frame") model.send({ kind: "seen", seq: parseFrame(buffers[0]).header.seq });
  };
  model.on("msg:custom", seen);
  return () => model.off("msg:custom", seen);
}

function render({ model, el }: { model: Model; el: HTMLElement }) {
  const root = document.createElement("div");
  root.className = "simcash-graph";
  el.append(root);
  const show: OnMessage = ({ kind }, buffers) => {
    if (kind === "frame") root.textContent = `tick ${parseFrame(buffers[0]).header.tick}`;
  };
  model.on("msg:custom", show);
  return () => model.off("msg:custom", show);
}

export default { initialize, render } satisfies Widget;
