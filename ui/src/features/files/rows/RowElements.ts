import { type DrawnRow, RowElement } from "./RowElement.ts";
import { tellMoments } from "./tellMoments.ts";

/**
 * The elements of the rows that are on the screen. Rows that stay keep theirs; those that come take the elements of
 * those that go. To make elements, and to move them, is most of what scrolling would cost.
 */
export class RowElements {
  readonly #body: HTMLElement;
  readonly #prototype: ParentNode;
  readonly #field: Element;
  readonly #listening = new AbortController();
  /** By the index of the row that each shows. */
  #shown = new Map<number, RowElement>();
  /** Not in the document. */
  #spare: RowElement[] = [];

  /**
   * `body` is to have nothing else in it. `prototype` is where `RowPrototype` drew. `field` is what the field of a new
   * name is in.
   */
  constructor(body: HTMLElement, prototype: ParentNode, field: Element) {
    this.#body = body;
    this.#prototype = prototype;
    this.#field = field;
    tellMoments(body, this.#listening.signal);
  }

  /** Shows these rows and no others. In the order of the rows, which screen readers read, when the list rests. */
  draw(rows: DrawnRow[], isResting: boolean): void {
    this.#keepField(rows.find(({ isRenaming }) => isRenaming));
    const free = this.#shown;
    const shown = new Map<number, RowElement>();
    for (const { index } of rows) {
      const element = free.get(index);
      if (element !== undefined) shown.set(index, element);
      free.delete(index);
    }
    const spare = [...this.#spare, ...free.values()];
    for (const drawn of rows) {
      const kept = shown.get(drawn.index);
      const element = kept ?? spare.pop() ?? new RowElement(this.#prototype, this.#field);
      shown.set(drawn.index, element);
      element.show(drawn);
      if (element.element.parentNode !== this.#body) this.#body.append(element.element);
    }
    for (const { element } of spare) element.remove();
    this.#spare = spare;
    this.#shown = shown;
    if (isResting) this.#arrange(rows);
  }

  /** Leaves nothing behind. */
  remove(): void {
    this.#listening.abort();
    this.#body.replaceChildren();
  }

  /** What is being typed stays with its row, wherever a change puts it. */
  #keepField(renamed: DrawnRow | undefined): void {
    if (renamed === undefined) return;
    for (const [index, element] of this.#shown) {
      if (index === renamed.index || !element.edits(renamed.row)) continue;
      const other = this.#shown.get(renamed.index);
      this.#shown.set(renamed.index, element);
      if (other === undefined) this.#shown.delete(index);
      else this.#shown.set(index, other);
      return;
    }
  }

  #arrange(rows: DrawnRow[]): void {
    let next = this.#body.firstChild;
    for (const { index, isRenaming, isCursor } of rows) {
      const element = this.#shown.get(index)?.element;
      if (element === undefined) continue;
      // A field that is moved loses the keyboard, and a screen reader that is told of a row that is moved says it again.
      if (isRenaming || isCursor) next = this.#makeWay(next, element);
      if (next === element) next = next.nextSibling;
      else this.#body.insertBefore(element, next);
    }
  }

  /** Puts what stands from `first` up to `element` at the end. */
  #makeWay(first: ChildNode | null, element: ChildNode): ChildNode | null {
    let next = first;
    while (next !== null && next !== element) {
      const after: ChildNode | null = next.nextSibling;
      this.#body.append(next);
      next = after;
    }
    return next;
  }
}
