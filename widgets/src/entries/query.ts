import { root } from "../panel/root";
import type { Answer } from "../query/state";
import { element } from "../shared/dom";
import type { Model, Widget } from "../shared/model";

const HINT = "Shift+Enter runs it";

function render({ model, el }: { model: Model; el: HTMLElement }) {
  const frame = root(model, el, "simcash-query", "questions in SQL");
  const { ask } = frame.link;
  const state = () => model.get("state") as Answer;

  const text = element("textarea", { rows: "5", spellcheck: "false", "aria-label": "query", title: HINT });
  const run = () => ask({ kind: "ask", query: text.value });
  const button = element("button", { type: "button", title: HINT, onclick: run }, "Run");
  const shown = element(
    "button",
    { type: "button", onclick: () => ask({ kind: "shown" }) },
    "What the picture shows",
  );
  const told = element("p", { class: "quiet", role: "status" });
  const tables = element("p", { class: "quiet" });
  const table = element("table");
  const scroll = element("div", { class: "scroll", tabindex: "0" }, table);
  text.addEventListener("keydown", (event) => {
    event.stopPropagation(); // the notebook has keys of its own
    if (event.key !== "Enter" || !event.shiftKey) return;
    event.preventDefault();
    run();
  });
  frame.element.append(
    tables,
    text,
    element("header", {}, button, shown, element("span", { class: "quiet" }, HINT)),
    told,
    scroll,
  );

  const show = () => {
    const now = state();
    if (document.activeElement !== text || !now.wrong) text.value = now.query;
    shown.hidden = !now.shown;
    tables.textContent = `Tables: ${now.tables.join(", ")}`;
    told.textContent = now.told;
    told.classList.toggle("wrong", now.wrong);
    table.replaceChildren(...(now.columns.length ? filled(now) : []));
    scroll.hidden = now.columns.length === 0;
  };
  Object.defineProperty(frame.element, "scene", {
    get: () => ({ query: text.value, told: told.textContent, rows: table.tBodies[0]?.rows.length ?? 0 }),
  });
  model.on("change:state", show);
  show();
  return () => {
    model.off("change:state", show);
    frame.close();
  };
}

function filled({ columns, rows, numbers }: Answer): HTMLElement[] {
  const side = (i: number) => (numbers[i] ? "right" : "left");
  const head = columns.map((name, i) => element("th", { class: side(i), scope: "col" }, name));
  const body = rows.map((row) =>
    element("tr", {}, ...row.map((cell, i) => element("td", { class: side(i) }, cell))),
  );
  return [element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body)];
}

export default { render } satisfies Widget;
