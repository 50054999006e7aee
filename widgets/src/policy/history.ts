/** What was, what is, and what was undone. */
export class History<T> {
  private past: T[] = [];
  private future: T[] = [];
  private name: string | undefined;

  constructor(public present: T) {}

  /** Go on with something else; what was undone is forgotten. Steps of the same name in a row are one. */
  next(present: T, name?: string): void {
    if (present === this.present) return;
    if (name === undefined || name !== this.name) this.past.push(this.present);
    this.name = name;
    this.future = [];
    this.present = present;
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  undo(): void {
    this.move(this.past, this.future);
  }

  redo(): void {
    this.move(this.future, this.past);
  }

  private move(from: T[], to: T[]): void {
    const there = from.pop();
    if (there === undefined) return;
    to.push(this.present);
    this.present = there;
    this.name = undefined;
  }
}
