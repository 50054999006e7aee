import { element } from "../shared/dom";

/** The trees of a policy as tabs. */
export class Tabs {
  readonly element = element("div", { role: "tablist", class: "tabs" });

  constructor(private readonly chosen: (tree: string) => void) {
    this.element.addEventListener("keydown", (event) => this.key(event));
  }

  show(trees: string[], current: string | null, marked: string | null = null): void {
    const had = this.element.contains(document.activeElement);
    const made = trees.map((tree) => {
      const selected = tree === current;
      const label = (tree === marked ? "● " : "") + tree.replace(/_tree$/, "").replaceAll("_", " ");
      const states = {
        "aria-selected": String(selected),
        tabindex: selected ? "0" : "-1",
        "data-tree": tree,
      };
      return element(
        "button",
        { type: "button", role: "tab", ...states, onclick: () => this.chosen(tree) },
        label,
      );
    });
    this.element.replaceChildren(...made);
    if (had) made.find((tab) => tab.dataset.tree === current)?.focus();
  }

  private key(event: KeyboardEvent): void {
    const tab = (event.target as Element).closest<HTMLElement>("[role=tab]");
    const to =
      event.key === "ArrowRight"
        ? tab?.nextElementSibling
        : event.key === "ArrowLeft" && tab?.previousElementSibling;
    if (!to) return;
    event.preventDefault();
    event.stopPropagation();
    this.chosen((to as HTMLElement).dataset.tree ?? "");
  }
}
