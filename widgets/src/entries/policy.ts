import { root } from "../panel/root";
import { Editor } from "../policy/editor";
import { microscope } from "../policy/microscope";
import type { Vocabulary } from "../policy/types";
import type { Model, Widget } from "../shared/model";

function render({ model, el }: { model: Model; el: HTMLElement }) {
  const { kind } = model.get("state") as { kind: "microscope" | "editor" };
  const words = model.get("language") as Vocabulary;
  const frame = root<object>(
    model,
    el,
    "simcash-policy",
    kind === "editor" ? "policy editor" : "policy microscope",
  );
  frame.element.dataset.kind = kind;
  const close = kind === "editor" ? edit(model, frame, words) : microscope(model, frame, words);
  return () => {
    close();
    frame.close();
  };
}

function edit(model: Model, frame: ReturnType<typeof root<object>>, words: Vocabulary): () => void {
  const editor = new Editor(model, frame, words);
  const hear = () => editor.hear();
  Object.defineProperty(frame.element, "scene", { get: () => editor.scene });
  model.on("change:state", hear);
  return () => {
    model.off("change:state", hear);
    editor.close();
  };
}

export default { render } satisfies Widget;
