import type { Theme } from "../shared/theme";

/** What is drawn in which colour; Okabe-Ito's, set a little lighter on dark ground. */
export interface Palette {
  ink: string;
  muted: string;
  surface: string;
  flow: string;
  waiting: string;
  settled: string;
  loop: string;
  alarm: string;
  tones: string[];
  tints: string[]; // of each tone, what of a node is not filled
}

export const TONES = 24;

const COLOURS: Record<Theme, Omit<Palette, "tints">> = {
  light: {
    ink: "#1d2833",
    muted: "#5b6875",
    surface: "#ffffff",
    flow: "#5d7389",
    waiting: "#d98a00",
    settled: "#009e73",
    loop: "#b8528e",
    alarm: "#d55e00",
    tones: ramp("#0072b2", "#7aa6b8", "#e0a526", "#cf4a0a"),
  },
  dark: {
    ink: "#e8eef4",
    muted: "#9cabb9",
    surface: "#111418",
    flow: "#8199af",
    waiting: "#e69f00",
    settled: "#2fc79a",
    loop: "#e094c0",
    alarm: "#ff7d33",
    tones: ramp("#3f9bdb", "#8fb4c2", "#efb93c", "#ff6a2b"),
  },
};

/** The colours of a theme on the ground that the host has. */
export function palette(theme: Theme, ground = ""): Palette {
  const surface = /^#[0-9a-f]{6}$/i.test(ground) ? ground : COLOURS[theme].surface;
  const { tones } = COLOURS[theme];
  return {
    ...COLOURS[theme],
    surface,
    tints: tones.map((tone) => mixed(surface, tone, theme === "dark" ? 0.04 : 0.13)),
  };
}

/** TONES colours through the given ones. */
function ramp(...stops: string[]): string[] {
  return Array.from({ length: TONES }, (_, index) => {
    const at = (index / (TONES - 1)) * (stops.length - 1);
    const left = Math.min(stops.length - 2, Math.floor(at));
    return mixed(stops[left], stops[left + 1], at - left);
  });
}

/** A colour between two, in linear light so that the middle is not muddy. */
function mixed(a: string, b: string, part: number): string {
  const parts = [1, 3, 5].map((at) => {
    const [x, y] = [a, b].map((colour) => (Number.parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2);
    return Math.round(255 * (x + (y - x) * part) ** (1 / 2.2));
  });
  return `#${parts.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
