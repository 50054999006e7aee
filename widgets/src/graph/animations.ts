import type { Happening } from "./wire";

/** How an animation looks; which happening becomes which is the encoding's matter. */
export type Look = "pulse" | "ring2" | "ring" | "drop" | "blink" | "cross" | "collapse";

const LASTS: Record<Look, number> = {
  pulse: 750,
  ring2: 1500,
  ring: 1700,
  drop: 650,
  blink: 1500,
  cross: 1800,
  collapse: 2000,
};
const WEIGHT: Record<Look, number> = {
  drop: 0,
  pulse: 1,
  blink: 2,
  ring2: 3,
  ring: 4,
  cross: 5,
  collapse: 6,
};

export const BUDGET = 40;

export interface Animation {
  type: string;
  look: Look;
  path: number[];
  start: number;
  amount: number;
  count: number;
}

/**
 * The animations under way. Beyond the budget a happening joins one of its kind, which then counts for more, or takes
 * the place of a lighter one; what joined or made room is counted in `merged` for as long as it would have lasted.
 */
export class Animations {
  readonly running: Animation[] = [];
  private mergedCount = 0;
  private mergedUntil = 0;

  constructor(private readonly looks: Record<string, string>) {}

  start(happening: Happening, now: number): void {
    const look = this.looks[happening.type] as Look | undefined;
    if (!look || !(look in LASTS) || !happening.path.length) return;
    const { type, path, amount = 0, count = 1 } = happening;
    const fresh = { type, look, path, start: now, amount, count };
    if (this.running.length < BUDGET) this.running.push(fresh);
    else this.squeeze(fresh, now);
  }

  /** Forgets those that are over; true while some are left. */
  prune(now: number): boolean {
    let kept = 0;
    for (const animation of this.running) {
      if (now - animation.start < LASTS[animation.look]) this.running[kept++] = animation;
    }
    this.running.length = kept;
    return kept > 0;
  }

  /** How far one has come, from 0 to 1. */
  static age(animation: Animation, now: number): number {
    return Math.max(0, Math.min(1, (now - animation.start) / LASTS[animation.look]));
  }

  /** How many happenings were lately drawn as part of others. */
  merged(now: number): number {
    if (now > this.mergedUntil) this.mergedCount = 0;
    return this.mergedCount;
  }

  clear(): void {
    this.running.length = 0;
    this.mergedCount = 0;
  }

  private squeeze(fresh: Animation, now: number): void {
    let place = this.lightest();
    if (WEIGHT[this.running[place].look] < WEIGHT[fresh.look]) {
      this.tell(this.running[place].count, now);
      this.running[place] = fresh;
      return;
    }
    place = this.kin(fresh);
    this.tell(fresh.count, now);
    if (place < 0) return;
    this.running[place].count += fresh.count;
    this.running[place].amount += fresh.amount;
  }

  private lightest(): number {
    let place = 0;
    for (let i = 1; i < this.running.length; i++) {
      if (WEIGHT[this.running[i].look] < WEIGHT[this.running[place].look]) place = i;
    }
    return place;
  }

  /** One of the same kind, best between the same nodes, else from the same; -1 where there is none. */
  private kin({ type, path }: Animation): number {
    let [place, best] = [-1, 0];
    this.running.forEach((other, i) => {
      if (other.type !== type || other.path[0] !== path[0]) return;
      const like = other.path[1] === path[1] ? 2 : 1;
      if (like > best) [place, best] = [i, like];
    });
    return place;
  }

  private tell(count: number, now: number): void {
    this.merged(now);
    this.mergedCount += count;
    this.mergedUntil = now + 1500;
  }
}
