/** What the keys do; none of them reaches the notebook around the widget. */
export interface Commands {
  toggle(): void;
  forward(): void;
  back(): void;
  live(): void;
  zoom(factor: number): void;
  fit(): void;
  search(): void;
  table(): void;
  help(): void;
  escape(): void;
}

const NEARER = 1.25;

export function onKey(event: KeyboardEvent, commands: Commands): void {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const command = commandOf(event, commands);
  if (!command) return;
  event.preventDefault();
  event.stopPropagation();
  command();
}

function commandOf({ key, target }: KeyboardEvent, commands: Commands): (() => void) | undefined {
  const onButton = target instanceof HTMLButtonElement;
  const table: Record<string, (() => void) | undefined> = {
    " ": onButton ? undefined : commands.toggle, // a button's own key
    ArrowRight: commands.forward,
    ArrowLeft: commands.back,
    l: commands.live,
    "+": () => commands.zoom(NEARER),
    "=": () => commands.zoom(NEARER),
    "-": () => commands.zoom(1 / NEARER),
    f: commands.fit,
    "/": commands.search,
    t: commands.table,
    "?": commands.help,
    Escape: commands.escape,
  };
  return table[key.length === 1 ? key.toLowerCase() : key];
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
}
