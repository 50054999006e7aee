import type { Root } from "../panel/root";
import { count } from "../panel/words";
import { element } from "../shared/dom";
import type { Model } from "../shared/model";
import { TreeCanvas } from "./canvas";
import { addTree, at, without } from "./document";
import { button, type Desk, sayProblems, select } from "./fields";
import { nodeForm, numbersForm, textRow } from "./forms";
import { History } from "./history";
import { Tabs } from "./tabs";
import type { Marks } from "./tree";
import { type Dict, isDict, type Path, type Problem, type Vocabulary } from "./types";

/** What Python sends: see simcash/view/editor.py. */
export interface EditorState {
  kind: "editor";
  bank: string | null;
  banks: string[];
  document: Dict;
  revision: number;
  by: string;
  problems: Problem[];
  words: string;
  library: string[];
  receipt: { accepted: boolean; text: string } | null;
  note: string;
}

let views = 0;

/** One view of a policy under change: its own steps back, and what Python says of the document. */
export class Editor {
  private readonly view = `${Date.now()}-${++views}`;
  private readonly history: History<Dict>;
  private revision: number;
  private tree: string | null = null;
  private path: Path | null = null;
  private readonly canvas: TreeCanvas;
  private readonly tabs: Tabs;
  private readonly form = element("div", { class: "form" });
  private readonly outcome = element("p", { class: "outcome", role: "status" });
  private readonly heading = element("div", { class: "row heading" });
  private readonly grow = element("span", { class: "row" });
  private readonly general = element("div", {});
  private readonly words = element("pre", {});
  private readonly json = element("textarea", {
    readonly: true,
    rows: "12",
    "aria-label": "the policy as JSON",
  });
  private readonly undo = button("undo", () => this.back());
  private readonly redo = button("redo", () => this.forth());
  private readonly apply: HTMLButtonElement;
  private readonly desk: Desk;

  constructor(
    private readonly model: Model,
    private readonly frame: Root<object>,
    vocabulary: Vocabulary,
  ) {
    const first = this.state;
    this.history = new History(first.document);
    this.revision = first.revision;
    const editor = this;
    this.desk = {
      words: vocabulary,
      banks: first.banks,
      get document() {
        return editor.history.present;
      },
      edit: (change, typed) => this.edit(change, typed),
    };
    this.canvas = new TreeCanvas({ choose: (path) => this.choose(path), open: (path) => this.enter(path) });
    this.tabs = new Tabs((tree) => this.turnTo(tree));
    this.apply = button(first.bank === null ? "" : `apply to ${first.bank}`, () => this.send("apply"));
    this.apply.classList.add("main");
    this.build(first);
    this.show();
  }

  get state(): EditorState {
    return this.model.get("state") as EditorState;
  }

  private build(first: EditorState): void {
    const offers: [string, string][] = [
      ["", "begin with …"],
      ...first.library.map((name): [string, string] => [name, name]),
    ];
    const library = select(offers, "", "begin with a policy of the library", (name) => {
      if (name) this.frame.link.ask({ kind: "library", name });
      library.value = "";
    });
    const copy = button("copy JSON", () => this.copy());
    const main = first.bank === null ? [] : [this.apply];
    this.frame.element.prepend(
      element("header", {}, this.heading, this.undo, this.redo, library, copy, ...main),
      this.outcome,
    );
    const picture = element(
      "div",
      { class: "picture" },
      element("div", { class: "row" }, this.tabs.element, this.grow),
      this.canvas.element,
    );
    const folded = (title: string, content: HTMLElement) =>
      element("details", {}, element("summary", {}, title), content);
    this.frame.element.append(
      element("div", { class: "sides" }, picture, this.form),
      folded("its numbers", this.general),
      folded("in words", this.words),
      folded("as JSON", this.json),
    );
    this.frame.element.addEventListener("keydown", (event) => this.key(event));
    this.form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.path) return;
      this.canvas.focus(this.path);
      event.stopPropagation();
    });
  }

  // edits

  private edit(change: (document: Dict) => Dict, typed?: string): void {
    this.history.next(change(this.history.present), typed);
    this.changed(typed !== undefined);
  }

  private back(): void {
    this.history.undo();
    this.changed(false);
  }

  private forth(): void {
    this.history.redo();
    this.changed(false);
  }

  private changed(typing: boolean): void {
    this.revision += 1;
    this.send("check");
    this.show(typing);
  }

  private send(kind: "check" | "apply"): void {
    this.frame.link.ask({ kind, document: this.history.present, revision: this.revision, view: this.view });
  }

  /** Python has looked at the document, or another view has changed it. */
  hear(): void {
    const { document, revision, by } = this.state;
    const foreign = by !== this.view && JSON.stringify(document) !== JSON.stringify(this.history.present);
    if (foreign) {
      this.history.next(document);
      this.revision = revision;
    }
    this.show(!foreign);
  }

  // what is looked at

  private choose(path: Path | null): void {
    this.path = path;
    this.show();
  }

  private enter(path: Path): void {
    this.choose(path);
    this.form.querySelector<HTMLElement>("select, input")?.focus();
  }

  private turnTo(tree: string): void {
    this.tree = tree;
    this.path = null;
    this.show();
  }

  private key(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) this.back();
    else if (key === "y" || key === "z") this.forth();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private copy(): void {
    const text = JSON.stringify(this.history.present, null, 2);
    const done = () => this.tell("copied");
    const failed = () => {
      this.json.select(); // a page without the right to copy: by hand
      this.tell("select the text under “as JSON” to copy it");
    };
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, failed);
    else failed();
  }

  private tell(text: string): void {
    this.frame.notice.textContent = text;
    this.frame.notice.dataset.level = "info";
  }

  // drawing

  private get current(): boolean {
    return this.state.by === this.view ? this.state.revision === this.revision : true;
  }

  private get trees(): string[] {
    return Object.keys(this.desk.words.trees).filter((tree) => isDict(this.history.present[tree]));
  }

  private get problems(): Problem[] {
    return this.current ? this.state.problems : [];
  }

  private show(keepForm = false): void {
    const document = this.history.present;
    const tree =
      this.tree !== null && this.trees.includes(this.tree) ? this.tree : (this.trees.at(-1) ?? null);
    if (this.path && (this.path[0] !== tree || at(document, this.path) === undefined)) this.path = null;
    this.heading.replaceChildren(element("b", {}, String(document.policy_id ?? "a policy")), this.verdict());
    this.undo.disabled = !this.history.canUndo;
    this.redo.disabled = !this.history.canRedo;
    this.apply.disabled = this.problems.length > 0;
    this.showTree(tree);
    if (!keepForm) this.showForms();
    if (this.path) sayProblems(this.form, this.path, this.problems);
    sayProblems(
      this.general,
      [],
      this.problems.filter(({ path }) => !this.trees.includes(String(path[0]))),
    );
    this.words.textContent = this.state.words || "what is wrong must be put right first";
    this.json.value = JSON.stringify(document, null, 2);
    const { receipt, note } = this.state;
    this.outcome.textContent = receipt && this.current ? receipt.text : note;
    this.outcome.dataset.accepted = String(receipt?.accepted ?? "");
  }

  private verdict(): HTMLElement {
    if (!this.current) return element("span", { class: "quiet" }, "being checked …");
    const { length } = this.problems;
    return element(
      "span",
      { class: length ? "wrong" : "right" },
      length ? `⚠ ${count(length, "problem")}` : "✓ can be used",
    );
  }

  private showTree(tree: string | null): void {
    this.tabs.show(this.trees, tree);
    const missing = Object.keys(this.desk.words.trees).filter((name) => !this.trees.includes(name));
    const offers = missing.map((name): [string, string] => [
      name,
      name.replace(/_tree$/, "").replaceAll("_", " "),
    ]);
    const add = select([["", "add a tree …"], ...offers], "", "add a tree", (name) => {
      this.tree = name;
      this.edit((now) => addTree(now, name, this.desk.words));
    });
    const remove = button("remove this tree", () => tree && this.edit((now) => without(now, [tree])));
    this.grow.replaceChildren(...(missing.length ? [add] : []), ...(tree ? [remove] : []));
    if (tree === null) this.canvas.clear();
    else this.canvas.show(this.history.present, tree, this.desk.words, this.marks(tree));
  }

  private marks(tree: string): Marks {
    const wrong = new Map<string, number>();
    for (const { path } of this.problems) {
      if (path[0] !== tree) continue;
      const key = path.slice(0, nodeLength(path)).join("/");
      wrong.set(key, (wrong.get(key) ?? 0) + 1);
    }
    return { way: [], said: new Map(), wrong, chosen: this.path?.join("/") ?? null };
  }

  private showForms(): void {
    const focused = this.focusedField();
    this.form.replaceChildren(nodeForm(this.desk, this.path ?? []));
    if (!this.path)
      this.form.replaceChildren(element("p", { class: "quiet" }, "choose a node of the tree to change it"));
    const rows = [
      textRow(this.desk, ["policy_id"], "name"),
      textRow(this.desk, ["description"], "description"),
    ];
    this.general.replaceChildren(...rows, numbersForm(this.desk));
    if (focused) this.focusField(focused);
  }

  /** The field that has the focus, as its place among the fields of its form. */
  private focusedField(): [HTMLElement, number] | null {
    const form = [this.form, this.general].find((one) => one.contains(document.activeElement));
    return form ? [form, fieldsOf(form).indexOf(document.activeElement as HTMLElement)] : null;
  }

  private focusField([form, place]: [HTMLElement, number]): void {
    fieldsOf(form)[place]?.focus();
  }

  get scene(): object {
    const { receipt, by } = this.state;
    return {
      kind: "editor",
      bank: this.state.bank,
      theme: this.frame.element.dataset.theme,
      notice: this.frame.notice.textContent,
      dirty: this.history.canUndo,
      canRedo: this.history.canRedo,
      checked: this.current,
      mine: by === this.view,
      problems: this.problems,
      receipt,
      document: this.history.present,
      selected: this.path,
      nodes: (this.canvas.drawing?.nodes ?? []).map(({ id, path, problems }) => ({ id, path, problems })),
    };
  }

  close(): void {
    this.canvas.close();
  }
}

/** How much of a path leads to a node: the tree, and the branches after it. */
function nodeLength(path: Path): number {
  let length = 1;
  while (path[length] === "on_true" || path[length] === "on_false") length += 1;
  return length;
}

function fieldsOf(form: HTMLElement): HTMLElement[] {
  return [...form.querySelectorAll<HTMLElement>("input, select, button")];
}
