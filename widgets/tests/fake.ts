import type { Message, Model, OnMessage } from "../src/shared/model";

/** A model as a host would hand it: traits that a test sets, and what the browser sends. */
export class FakeModel implements Model {
  readonly sent: Message[] = [];
  comm_live = true;
  private readonly hearing = new Map<string, Set<(...given: unknown[]) => void>>();

  constructor(private readonly traits: Record<string, unknown>) {}

  get(name: string): unknown {
    return this.traits[name];
  }

  on(event: string, callback: OnMessage | (() => void)): void {
    const all = this.hearing.get(event) ?? new Set();
    this.hearing.set(event, all.add(callback as (...given: unknown[]) => void));
  }

  off(event: string, callback: OnMessage | (() => void)): void {
    this.hearing.get(event)?.delete(callback as (...given: unknown[]) => void);
  }

  send(message: Message): void {
    this.sent.push(message);
  }

  /** Python sets a trait. */
  set(name: string, value: unknown): void {
    this.traits[name] = value;
    this.tell(`change:${name}`);
  }

  /** Python sends a message, or the connection changes. */
  tell(event: string, ...given: unknown[]): void {
    for (const callback of this.hearing.get(event) ?? []) callback(...given);
  }

  get listeners(): number {
    return [...this.hearing.values()].reduce((sum, all) => sum + all.size, 0);
  }
}
