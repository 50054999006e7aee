/** What the kernel says outside of its traits: a kind and what belongs to it; binary data comes beside it. */
export interface Message {
  kind: string;
  [name: string]: unknown;
}

export type OnMessage = (message: Message, buffers: DataView[]) => void;

/** What a widget uses of the model that its host (anywidget on ipywidgets) hands it. */
export interface Model {
  get(name: string): unknown;
  on(event: "msg:custom", callback: OnMessage): void;
  on(event: string, callback: () => void): void;
  off(event: string, callback: OnMessage | (() => void)): void;
  send(message: Message): void;
  /** False once the connection to the kernel is gone; some hosts do not have it. */
  comm_live?: boolean;
}

type CleanUp = () => void;

/** The two hooks of a widget's module, `export default` in each entry. */
export interface Widget {
  initialize?(given: { model: Model }): CleanUp | undefined;
  render(given: { model: Model; el: HTMLElement }): CleanUp | undefined;
}
