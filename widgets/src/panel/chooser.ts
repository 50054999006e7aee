import { element } from "../shared/dom";

let made = 0;

/** A field to choose a bank in by typing a part of its name; `chosen` hears null for all banks. */
export interface Chooser {
  element: HTMLElement;
  show(banks: string[], bank: string | null): void;
}

export function chooser(everyone: string | null, chosen: (bank: string | null) => void): Chooser {
  const list = element("datalist", { id: `simcash-banks-${++made}` });
  const input = element("input", {
    type: "search",
    list: list.id,
    "aria-label": "bank",
    spellcheck: "false",
  });
  const label = element("label", { class: "chooser" }, "bank ", input, list);
  let known: string[] = [];
  let current = "";
  const named = (bank: string | null) => bank ?? everyone ?? "";
  const back = () => {
    input.value = current;
  };
  input.addEventListener("focus", () => {
    input.value = ""; // the list offers what fits the text: all of it
    input.placeholder = current;
  });
  input.addEventListener("blur", back);
  input.addEventListener("change", () => {
    const name = match(known, input.value);
    if (name === undefined && input.value !== everyone) return back();
    chosen(name ?? null);
    input.blur();
  });
  return {
    element: label,
    show(banks, bank) {
      if (banks.length !== known.length || banks.some((name, i) => name !== known[i])) {
        known = banks;
        const names = everyone === null ? banks : [everyone, ...banks];
        list.replaceChildren(...names.map((name) => element("option", { value: name })));
      }
      current = named(bank);
      if (document.activeElement !== input) input.value = current;
    },
  };
}

/** The bank that is meant by what was typed: its name, or the only one that holds it. */
export function match(banks: string[], typed: string): string | undefined {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return undefined;
  const exact = banks.find((name) => name.toLowerCase() === wanted);
  const holding = banks.filter((name) => name.toLowerCase().includes(wanted));
  return exact ?? (holding.length === 1 ? holding[0] : undefined);
}
