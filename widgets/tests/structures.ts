import type { Structure } from "../src/graph/structure";

/** Three banks, as the payments world draws them. */
export function threeBanks(more: Partial<Structure> = {}): Structure {
  return {
    version: 1,
    world: "payments",
    title: "three-banks",
    unit: "tick",
    ticks: 100,
    start: 0,
    ids: ["RIVER", "HARBOUR", "MEADOW"],
    groups: null,
    group_names: [],
    x: [0, 1, 0.5],
    y: [0, 0, 1],
    encoding: {
      node: {
        size: { column: "sent", scale: "sqrt", label: "paid today" },
        fill: { column: "liquidity", label: "liquidity left" },
        ring: { column: "queued", scale: "sqrt", label: "waiting" },
        tone: { column: "stress", low: "calm", high: "stressed" },
        shape: {
          column: "state",
          codes: { "0": "circle", "1": "square" },
          labels: { "0": "", "1": "out of service" },
        },
      },
      edge: {
        flow: { column: "flow", label: "settled lately", fade: "fresh" },
        queued: { column: "owed", label: "waiting" },
      },
      card: [
        ["sent", "money"],
        ["liquidity", "share"],
      ],
      animations: { settle: "pulse", cycle: "ring", overdue: "blink" },
    },
    note: "",
    ...more,
  };
}

export const DOMAINS: Record<string, [number, number]> = { sent: [0, 400], queued: [0, 100], flow: [0, 50] };

export const COLUMNS = {
  "node.sent": [400, 100, 0],
  "node.liquidity": [0.25, 1, 0],
  "node.queued": [0, 25, 100],
  "node.stress": [0, 0.5, 1],
  "node.state": [0, 0, 1],
  "edge.source": [0, 1],
  "edge.target": [1, 0],
  "edge.flow": [50, 0],
  "edge.owed": [0, 1],
  "edge.fresh": [1, 0],
};
