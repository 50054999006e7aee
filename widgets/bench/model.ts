import type { Message, OnMessage } from "../src/shared/model";

type Listener = OnMessage | (() => void);

/** A model without a kernel: what a view sends is kept, what a kernel would send is handed in. */
export class LooseModel {
  readonly sent: Message[] = [];
  comm_live = true;
  private readonly listeners = new Map<string, Set<Listener>>();

  constructor(private readonly traits: Record<string, unknown>) {}

  get(name: string): unknown {
    return this.traits[name];
  }

  set(name: string, value: unknown): void {
    this.traits[name] = value;
    this.tell(`change:${name}`);
  }

  on(event: string, callback: Listener): void {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(callback));
  }

  off(event: string, callback: Listener): void {
    this.listeners.get(event)?.delete(callback);
  }

  send(message: Message): void {
    this.sent.push(message);
  }

  deliver(message: Message, buffers: DataView[] = []): void {
    for (const listener of this.listeners.get("msg:custom") ?? []) (listener as OnMessage)(message, buffers);
  }

  tell(event: string): void {
    for (const listener of this.listeners.get(event) ?? []) (listener as () => void)();
  }
}
