import type { Message, Model } from "./model";

/** The kernel as JupyterLab's widget manager knows it; other hosts have none. */
interface Kernel {
  status?: string;
  statusChanged?: { connect(listener: () => void): void; disconnect(listener: () => void): void };
}

const GONE = new Set(["restarting", "autorestarting", "terminating", "dead"]);
const PATIENCE = 3000; // milliseconds without an answer after which a word is due

export type State = "connected" | "waiting" | "gone";

/**
 * Whether someone is at the other end. Gone means known to be gone: the host says that the connection or the kernel
 * ended. A command without an answer is no proof, since the kernel may be busy with a cell: that is only waiting.
 */
export class Connection {
  state: State = "connected";
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly kernel: Kernel | undefined;
  private readonly look = () => this.check();

  constructor(
    private readonly model: Model,
    private readonly el: HTMLElement,
    private readonly changed: () => void,
  ) {
    this.kernel = (model as { widget_manager?: { kernel?: Kernel } }).widget_manager?.kernel;
    model.on("comm_live_update", this.look);
    model.on("comm:close", this.lost);
    model.on("change:session", this.lost);
    this.kernel?.statusChanged?.connect(this.look);
    this.check();
  }

  /** Sends a command; true when there was someone to send it to. */
  send(message: Message): boolean {
    if (this.state === "gone") return false;
    this.model.send(message);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.become("waiting"), PATIENCE);
    return true;
  }

  /** Something came from the kernel. */
  heard(): void {
    clearTimeout(this.timer);
    this.become("connected");
  }

  get busy(): boolean {
    return this.kernel?.status === "busy";
  }

  /** Another kernel answers for this model now: what this view shows is over. */
  readonly lost = (): void => {
    clearTimeout(this.timer);
    this.become("gone");
  };

  close(): void {
    clearTimeout(this.timer);
    this.model.off("comm_live_update", this.look);
    this.model.off("comm:close", this.lost);
    this.model.off("change:session", this.lost);
    this.kernel?.statusChanged?.disconnect(this.look);
  }

  private check(): void {
    if (GONE.has(this.kernel?.status ?? "") || this.model.comm_live === false) this.lost();
    else queueMicrotask(() => this.marked() && this.lost()); // the host marks its own element when it hears of it
  }

  private marked(): boolean {
    return this.el.closest(".jupyter-widgets-disconnected") !== null;
  }

  private become(state: State): void {
    if (state === this.state || this.state === "gone") return; // a model that lost its kernel never gets it back
    this.state = state;
    this.changed();
  }
}
