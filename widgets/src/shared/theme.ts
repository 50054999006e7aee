export type Theme = "light" | "dark";

const DARK = "(prefers-color-scheme: dark)";
const STILL = "(prefers-reduced-motion: reduce)";

/** JupyterLab says its theme on the body; elsewhere the system's holds. */
export function currentTheme(): Theme {
  const told = document.body.dataset.jpThemeLight;
  if (told !== undefined) return told === "false" ? "dark" : "light";
  return matchMedia(DARK).matches ? "dark" : "light";
}

/** Calls back whenever the theme may have changed, until the function it returns is called. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  const stop = watchMedia(DARK, changed);
  return () => {
    observer.disconnect();
    stop();
  };
}

/** Whether the user asked the system for less movement. */
export function lessMotion(): boolean {
  return matchMedia(STILL).matches;
}

export function watchMotion(changed: () => void): () => void {
  return watchMedia(STILL, changed);
}

function watchMedia(query: string, changed: () => void): () => void {
  const media = matchMedia(query);
  media.addEventListener("change", changed);
  return () => media.removeEventListener("change", changed);
}
