import { element } from "../shared/dom";
import type { Model } from "../shared/model";
import { currentTheme, watchTheme } from "../shared/theme";
import { type Link, link } from "./link";

/** What every panel begins with: its element, which follows the theme, a line for notices, and the link. */
export interface Root<Scene> {
  element: HTMLElement & { scene?: Scene };
  notice: HTMLElement;
  link: Link;
  close(): void;
}

export function root<Scene>(model: Model, host: HTMLElement, name: string, label: string): Root<Scene> {
  const made = element("div", { class: `simcash-panel ${name}`, role: "region", "aria-label": label });
  const notice = element("div", { class: "notice", role: "status" });
  const paint = () => {
    made.dataset.theme = currentTheme();
  };
  paint();
  made.append(notice);
  host.append(made);
  const unwatch = watchTheme(paint);
  const wire = link(model, made, (text, level) => {
    notice.textContent = text;
    notice.dataset.level = level;
  });
  return {
    element: made,
    notice,
    link: wire,
    close() {
      unwatch();
      wire.close();
    },
  };
}
