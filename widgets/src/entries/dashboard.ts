import { Panel } from "../dashboard/panel";
import { agentOf, type News, type State, type Where } from "../dashboard/state";
import { vega } from "../dashboard/vega";
import { chooser } from "../panel/chooser";
import { root } from "../panel/root";
import { element } from "../shared/dom";
import type { Model, OnMessage, Widget } from "../shared/model";

const EVERYONE = "all";

function render({ model, el }: { model: Model; el: HTMLElement }) {
  const frame = root(model, el, "simcash-dashboard", "dashboard");
  const { ask } = frame.link;
  const state = () => model.get("state") as State;
  const look = (change: Partial<State>) => {
    const { who, since, until } = { ...state(), ...change };
    ask({ kind: "look", who, since, until });
  };

  const agents = chooser(EVERYONE, (who) => look({ who }));
  const whole = element(
    "button",
    { type: "button", onclick: () => look({ since: null, until: null }) },
    "the whole run",
  );
  const where = element("span", { class: "quiet" });
  const hint = element("span", { class: "quiet" }, "Click an agent, or drag over time.");
  const grid = element("div", { class: "charts" });
  frame.element.prepend(element("header", {}, agents.element, whole, where, hint));
  frame.element.append(grid);

  let panels: Panel[] = [];
  let drawn = 0;
  const heard = {
    clicked: (datum: Record<string, unknown> | undefined) => {
      const who = agentOf(datum, state().agents);
      if (who !== null) look({ who: who === state().who ? null : who });
    },
    brushed: (since: number, until: number) => look({ since, until }),
  };
  const place = ({ tick, label, playing }: Where) => {
    const { unit, since, until } = state();
    const shown = since === null ? "" : ` · showing ${unit}s ${since} to ${(until ?? tick) - 1}`;
    where.textContent = `${unit} ${tick.toLocaleString("en-US")} · ${label}${playing ? " · playing" : ""}${shown}`;
  };
  const draw = async () => {
    const now = state();
    const turn = ++drawn;
    agents.element.hidden = now.agents.length === 0;
    agents.show(now.agents, now.who);
    whole.hidden = now.since === null && now.until === null;
    place(now);
    const embed = await vega(model);
    if (turn !== drawn) return;
    for (const panel of panels) panel.close();
    panels = now.charts.map((charted) => new Panel(charted, heard));
    grid.replaceChildren(...panels.map((panel) => panel.element));
    await laidOut(grid);
    for (const panel of panels) {
      if (turn !== drawn) return;
      await panel.draw(embed);
    }
  };
  const hear: OnMessage = (message) => {
    if (message.kind !== "data") return;
    place(message as unknown as Where);
    for (const news of message.charts as News[]) {
      panels.find((panel) => panel.charted.name === news.name)?.renew(news);
    }
  };
  const redraw = () => void draw();
  Object.defineProperty(frame.element, "scene", {
    get: () => ({
      who: state().who,
      where: where.textContent,
      theme: frame.element.dataset.theme,
      notice: frame.notice.textContent,
      charts: panels.map(({ charted, points }) => ({ name: charted.name, points })),
    }),
  });
  model.on("msg:custom", hear);
  model.on("change:state", redraw);
  void draw().then(() => ask({ kind: "renew" }));
  return () => {
    model.off("msg:custom", hear);
    model.off("change:state", redraw);
    for (const panel of panels) panel.close();
    frame.close();
  };
}

/** Charts are as wide as their place, so it must have a width before they are drawn. */
function laidOut(place: HTMLElement): Promise<void> {
  return new Promise((resolve) => {
    const seen = new ResizeObserver(() => {
      if (place.clientWidth) {
        seen.disconnect();
        resolve();
      }
    });
    seen.observe(place); // is told of the size it has, too
  });
}

export default { render } satisfies Widget;
