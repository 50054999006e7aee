import { element } from "../shared/dom";
import { count } from "../shared/format";

const SHOWN = 6000; // milliseconds
const STAYS = 1500; // so that a line that comes and goes from frame to frame does not flicker

/** What is said in words over the picture: what it leaves out, what the kernel has to say, and that it is gone. */
export class Notes {
  readonly root = element("div", { class: "notes", role: "status", "aria-live": "polite" });
  private readonly lines = new Map<string, HTMLElement>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private leaving: ReturnType<typeof setTimeout> | undefined;

  /** Sets, changes or (with no text) removes the line of that name. */
  say(name: string, text: string, level = "info"): void {
    const line = this.lines.get(name);
    if (!text) {
      line?.remove();
      this.lines.delete(name);
    } else if (!line) {
      const fresh = element("p", { "data-level": level }, text);
      this.lines.set(name, fresh);
      this.root.append(fresh);
    } else if (line.textContent !== text) {
      line.textContent = text;
      line.dataset.level = level;
    }
  }

  /** A word from the kernel, for a while; an error stays until the next word. */
  notice(text: string, level: string): void {
    clearTimeout(this.timer);
    this.say("notice", "");
    this.say("notice", text, level);
    if (level !== "error") this.timer = setTimeout(() => this.say("notice", ""), SHOWN);
  }

  /** What is not drawn one by one. */
  left(merged: number, dropped: number): void {
    const words = [];
    if (merged) words.push(`${count(merged)} more happenings are not shown one by one`);
    if (dropped) words.push(`${count(dropped)} smaller edges are not drawn`);
    if (words.length) {
      clearTimeout(this.leaving);
      this.leaving = undefined;
      this.say("left", words.join("; "));
    } else if (this.lines.has("left")) this.leaving ??= setTimeout(() => this.say("left", ""), STAYS);
  }

  get texts(): string {
    return [...this.lines.values()].map((line) => line.textContent).join("; ");
  }

  close(): void {
    clearTimeout(this.timer);
    clearTimeout(this.leaving);
  }
}
