import type { Message, Model, OnMessage } from "../shared/model";

const PATIENCE = 6000; // milliseconds until a question is taken for unanswered

export const GONE = "The kernel is not running: run the cell again.";
export const BUSY = "The kernel does not answer: it is busy, or not running (then run the cell again).";

/** A panel's side of the conversation: asks, waits for the answer, and knows when nobody is there. */
export interface Link {
  ask(message: Message): void;
  close(): void;
}

/** `told` is called with what is to be shown to the user: a notice, or "" when all is well again. */
export function link(model: Model, told: (text: string, level: "info" | "error") => void): Link {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hear: OnMessage = (message) => {
    clearTimeout(timer);
    if (message.kind === "notice") told(String(message.text), message.level === "info" ? "info" : "error");
    if (message.kind === "answered") told("", "info");
  };
  const look = () => {
    if (model.comm_live === false) told(GONE, "error");
  };
  model.on("msg:custom", hear);
  model.on("comm_live_update", look);
  look();
  return {
    ask(message) {
      if (model.comm_live === false) return told(GONE, "error");
      clearTimeout(timer);
      timer = setTimeout(() => told(BUSY, "error"), PATIENCE);
      model.send(message);
    },
    close() {
      clearTimeout(timer);
      model.off("msg:custom", hear);
      model.off("comm_live_update", look);
    },
  };
}
