import { lifeCard } from "../inspector/life";
import { QueueTable } from "../inspector/queue";
import type { InspectorState } from "../inspector/state";
import { chooser } from "../panel/chooser";
import { root } from "../panel/root";
import { element } from "../shared/dom";
import type { Model, Widget } from "../shared/model";

const EVERYONE = "every bank";

function render({ model, el }: { model: Model; el: HTMLElement }) {
  const frame = root(model, el, "simcash-inspector", "queues");
  const { ask } = frame.link;
  let drawn = "";
  const close = () => ask({ kind: "open", id: null });
  const events = {
    sort: (queue: string, column: string | null, descending: boolean) =>
      ask({ kind: "sort", queue, column, descending }),
    open: (id: number) => ask({ kind: "open", id }),
    closeOpen: close,
  };
  const tables = { own: new QueueTable(events), central: new QueueTable(events) };
  const banks = chooser(EVERYONE, (bank) => ask({ kind: "bank", id: bank }));
  const where = element("span", { class: "quiet" });
  const queues = element("div", { class: "queues" });
  const opened = element("div", { class: "opened" });
  frame.element.prepend(element("header", {}, banks.element, where));
  frame.element.append(element("div", { class: "sides" }, queues, opened));
  frame.element.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state().open) close();
  });

  const state = () => model.get("state") as InspectorState;
  const show = () => {
    const now = state();
    banks.show(now.banks, now.bank);
    where.textContent = `tick ${now.tick.toLocaleString("en-US")} · ${now.label}${now.playing ? " · playing" : ""}`;
    for (const queue of now.queues) tables[queue.name].show(queue, now.open?.id ?? null);
    const wanted = now.queues.map((queue) => tables[queue.name].element);
    if (wanted.length !== queues.children.length) queues.replaceChildren(...wanted);
    showOpen(now);
  };
  const showOpen = (now: InspectorState) => {
    const text = JSON.stringify([now.open, now.note]);
    if (text === drawn) return;
    drawn = text;
    const scrolled = opened.firstElementChild?.scrollTop ?? 0;
    opened.replaceChildren(...(now.open ? [lifeCard(now.open, close)] : []), ...(now.note ? [now.note] : []));
    if (opened.firstElementChild) opened.firstElementChild.scrollTop = scrolled;
    frame.element.classList.toggle("has-open", now.open !== null || now.note !== "");
  };
  const scene = () => {
    const now = state();
    return {
      tick: now.tick,
      playing: now.playing,
      bank: now.bank,
      theme: frame.element.dataset.theme,
      notice: frame.notice.textContent,
      queues: now.queues.map(({ name, ids, count, order }) => ({ name, rows: ids, count, order })),
      focused: Number((document.activeElement as HTMLElement | null)?.dataset.id ?? Number.NaN) || null,
      open: now.open && { id: now.open.id, where: now.open.where, why: now.open.why, path: now.open.path },
    };
  };
  Object.defineProperty(frame.element, "scene", { get: scene });
  model.on("change:state", show);
  show();
  return () => {
    model.off("change:state", show);
    frame.close();
  };
}

export default { render } satisfies Widget;
