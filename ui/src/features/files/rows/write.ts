// What a row writes to the document.

type Write<T> = (value: T) => void;

/** Writes only what differs from what it wrote last: asking the document costs as much as writing to it. */
export function differing<T>(write: Write<T>): Write<T> {
  let last: { value: T } | null = null;
  return (value) => {
    if (last === null) last = { value };
    else if (last.value === value) return;
    else last.value = value;
    write(value);
  };
}

/** An attribute, which is not there while its value is `null`. */
export function attribute(element: Element, name: string): Write<string | number | boolean | null> {
  return differing((value) => {
    if (value === null) element.removeAttribute(name);
    else element.setAttribute(name, String(value));
  });
}

/** Whether an element is seen; a screen reader does not hear of it either. */
export function presence(element: Element): Write<boolean> {
  return differing((isThere) => {
    element.toggleAttribute("hidden", !isThere);
  });
}

/** Text at the end of an element. */
export function textIn(element: Element): Write<string> {
  const text = new Text();
  element.append(text);
  return differing((content) => {
    text.data = content;
  });
}

/** What the prototype of a row is known to have. */
export function part(root: ParentNode, selector: string): HTMLElement {
  const found = root.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`a row has no ${selector}`);
  return found;
}
