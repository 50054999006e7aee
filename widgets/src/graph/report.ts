import type { Theme } from "../shared/theme";
import { Animations } from "./animations";
import { ringWidth } from "./place";
import type { Stage } from "./stage";

/** What is drawn where, in which state: for tests, which read it from the root element as `scene`. */
export function report(stage: Stage, connected: boolean, theme: Theme, note: string) {
  const { scene, animations, pace, picture } = stage;
  const { header, structure } = scene;
  const now = performance.now();
  return {
    tick: header?.tick ?? null,
    now: header?.now ?? null,
    playing: header?.playing ?? false,
    seq: header?.seq ?? null,
    connected,
    theme,
    nodes: structure.ids.map((id, i) => ({
      id,
      x: scene.px[i],
      y: scene.py[i],
      r: scene.pr[i],
      fill: scene.fill.shown[i],
      ring: ringWidth(scene, i),
      tone: scene.tone.shown[i],
      shape: scene.shape(i),
      pinned: scene.pinned[i] === 1,
      selected: i === stage.focus.selected,
    })),
    edges: scene.edges.count,
    labels: picture.labels.count,
    animations: animations.running.map((one) => ({
      type: one.type,
      path: one.path.map((i) => structure.ids[i]),
      age: Animations.age(one, now),
    })),
    selected: scene.selected,
    note,
    frames: { drawn: pace.drawn, p95: pace.p95, seq: pace.seq, at: pace.at },
  };
}
