import { element } from "../shared/dom";

const KEYS: [keys: string, does: string][] = [
  ["Space", "play, pause"],
  ["→", "one tick on"],
  ["←", "one tick back"],
  ["L", "back to now"],
  ["+  −", "nearer, farther"],
  ["F", "everything in view"],
  ["/", "search by name"],
  ["T", "table"],
  ["Esc", "select nothing, close"],
  ["?", "this list"],
];

const MOUSE: [hand: string, does: string][] = [
  ["Click", "select a node or an edge"],
  ["Drag a node", "pin it there; a double click lets it go"],
  ["Drag the ground", "move the view"],
  ["Wheel", "zoom, once the picture was clicked, or with Ctrl"],
  ["Shift + drag", "on the timeline: loop over a stretch"],
];

/** The list of keys and of what the mouse does. */
export function help(): HTMLElement {
  const list = element("dl");
  for (const [key, does] of [...KEYS, ...MOUSE]) list.append(element("dt", {}, key), element("dd", {}, does));
  return element(
    "div",
    { class: "help", role: "dialog", "aria-label": "Keys and mouse", hidden: true },
    list,
  );
}
