/** A list of listeners for one kind of event. */
export class Listeners<Event> {
  private readonly all = new Set<(event: Event) => void>();

  /** Returns the way to stop listening. */
  add(listener: (event: Event) => void): () => void {
    this.all.add(listener);
    return () => this.all.delete(listener);
  }

  emit(event: Event): void {
    for (const listener of [...this.all]) listener(event);
  }

  clear(): void {
    this.all.clear();
  }
}
