import type { Structure } from "../graph/structure";
import { GraphView } from "../graph/view";
import { parseFrame } from "../graph/wire";
import { element } from "../shared/dom";
import type { Model, OnMessage, Widget } from "../shared/model";

/** Says once per frame that it arrived, whether or not a view is there to draw it. */
function initialize({ model }: { model: Model }) {
  const seen: OnMessage = ({ kind }, buffers) => {
    if (kind === "frame") model.send({ kind: "seen", seq: parseFrame(buffers[0]).header.seq });
  };
  model.on("msg:custom", seen);
  return () => model.off("msg:custom", seen);
}

function render({ model, el }: { model: Model; el: HTMLElement }) {
  const root = element("div", { class: "simcash-graph", "data-lm-suppress-shortcuts": "true" });
  el.append(root);
  let view = new GraphView(model, root);
  const replaced = () => {
    if (view.adapt(model.get("structure") as Structure)) return;
    view.close();
    view = new GraphView(model, root);
  };
  model.on("change:structure", replaced);
  Object.defineProperty(root, "scene", { get: () => view.scene() });
  return () => {
    model.off("change:structure", replaced);
    view.close();
    root.remove();
  };
}

export default { initialize, render } satisfies Widget;
