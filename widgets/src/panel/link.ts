import { Connection } from "../shared/connection";
import type { Message, Model, OnMessage } from "../shared/model";

export const GONE = "The kernel is not running: run the cell again.";
export const BUSY = "The kernel has not answered yet: it is busy.";
const SAID = { connected: "", waiting: BUSY, gone: GONE };

/** A panel's side of the conversation: asks, and knows when nobody is there. */
export interface Link {
  ask(message: Message): void;
  close(): void;
}

type Told = (text: string, level: "info" | "error") => void;

/** `told` is called with what is to be shown to the user: a notice, or "" when all is well again. */
export function link(model: Model, el: HTMLElement, told: Told): Link {
  const look = () => told(SAID[connection.state], connection.state === "gone" ? "error" : "info");
  const connection = new Connection(model, el, () => look());
  if (connection.state === "gone") look();
  const hear: OnMessage = (message) => {
    connection.heard();
    if (message.kind === "notice") told(String(message.text), message.level === "info" ? "info" : "error");
    if (message.kind === "answered") look();
  };
  model.on("msg:custom", hear);
  return {
    ask: (message) => void connection.send(message),
    close() {
      connection.close();
      model.off("msg:custom", hear);
    },
  };
}
