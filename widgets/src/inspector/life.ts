import { element, iconButton } from "../shared/dom";
import type { Life } from "./state";

/** One payment's story: where it is, why, by which comparisons, and what happened before. */
export function lifeCard(life: Life, close: () => void): HTMLElement {
  const cross = iconButton("M4 4 L12 12 M12 4 L4 12", "close", close);
  cross.classList.add("close");
  const made = element(
    "article",
    { class: "life", tabindex: "-1", "aria-label": life.title },
    cross,
    element("h3", {}, life.title),
    element("p", { class: "where" }, element("span", { class: "dot" }), life.where),
    ...life.why.map((line) => element("p", {}, line)),
    ...comparisons(life),
    element("h4", {}, "what it is"),
    element(
      "dl",
      {},
      ...life.facts.flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]),
    ),
    ...story(life),
  );
  made.style.setProperty("--place", life.colour);
  return made;
}

function comparisons(life: Life): HTMLElement[] {
  if (!life.path.length) return [];
  const rows = life.path.map((step) =>
    element(
      "tr",
      { class: step.result ? "yes" : "no" },
      element("td", {}, step.result ? "✓ yes" : "✗ no"),
      element("td", {}, element("code", {}, step.text)),
      element("td", {}, `${step.left} and ${step.right}`),
    ),
  );
  return [
    element("h4", {}, "what its bank compared"),
    element("table", { class: "steps" }, element("tbody", {}, ...rows)),
  ];
}

function story(life: Life): HTMLElement[] {
  if (!life.story.length) return [];
  const lines = life.story.map(([tick, kind, details]) =>
    element(
      "li",
      {},
      element("span", { class: "quiet" }, tick),
      element("span", {}, element("b", {}, kind), ` ${details}`),
    ),
  );
  const before = life.before ? [element("li", { class: "quiet" }, `${life.before} earlier happenings`)] : [];
  return [element("h4", {}, "what happened"), element("ol", {}, ...before, ...lines)];
}
