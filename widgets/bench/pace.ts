import type { MadeUpWorld } from "./world";

/** Something that draws frames. */
export interface Contender {
  show(frame: DataView): void;
  /** How many animations are under way. */
  running(): number;
}

const UPDATES = 20; // a second
const WARM = 2; // seconds

/** Frames at 20 a second; how long each picture of the page took to follow the one before. */
export async function paced(contender: Contender, world: MadeUpWorld, seconds: number, happenings: number) {
  const count = UPDATES * (WARM + seconds);
  const frames = Array.from({ length: count }, (_, tick) => world.frame(tick + 1, happenings));
  const intervals: number[] = [];
  let [shown, last, running, start] = [0, 0, 0, 0];
  await new Promise<void>((over) => {
    const picture = (now: number) => {
      start ||= now;
      const due = Math.floor(((now - start) * UPDATES) / 1000);
      if (due >= count) return over();
      if (last && now - start > 1000 * WARM) {
        intervals.push(now - last);
        running += contender.running();
      }
      last = now;
      requestAnimationFrame(picture);
    };
    requestAnimationFrame(picture);
    const timer = setInterval(() => {
      if (shown < count) contender.show(frames[shown++]);
      else clearInterval(timer);
    }, 1000 / UPDATES);
  });
  intervals.sort((a, b) => a - b);
  const at = (part: number) => intervals[Math.min(intervals.length - 1, Math.floor(part * intervals.length))];
  const total = intervals.reduce((sum, interval) => sum + interval, 0);
  return {
    p50: at(0.5),
    p95: at(0.95),
    fps: (1000 * intervals.length) / total,
    animations: running / intervals.length,
  };
}

/** A picture for each of so many frames; what memory does from the first tenth on. */
export async function heap(contender: Contender, world: MadeUpWorld, frames: number, happenings: number) {
  const warm = frames / 10;
  let early = 0;
  for (let tick = 1; tick <= frames + warm; tick++) {
    contender.show(world.frame(tick, happenings));
    await new Promise((drawn) => requestAnimationFrame(drawn));
    if (tick === warm) early = await used();
  }
  return { early, late: await used() };
}

/** Bytes in use once what nobody holds is gone. */
async function used(): Promise<number> {
  const { gc } = globalThis as { gc?: () => void };
  for (let turn = 0; turn < 3; turn++) {
    gc?.();
    await new Promise((later) => setTimeout(later, 50));
  }
  return (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize;
}
