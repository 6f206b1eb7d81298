import { useEffect, useEffectEvent, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { Node } from "../../platform/wire.ts";
import styles from "./Inspector.module.css";
import { useNodeChange } from "./useNodeChange.ts";

const LINE_LETTERS = 40;
const MOST_LINES = 10;
/** What the server takes. */
const DESCRIPTION_LETTERS = 4000;

function linesOf(text: string): number {
  const lines = text
    .split("\n")
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / LINE_LETTERS)), 0);
  return Math.min(MOST_LINES, lines);
}

/** What is being typed, and the text that it was begun from. */
type Draft = { seen: string; text: string };

/** Text that becomes a field when it is used. Leaving keeps, Ctrl+Enter keeps, Esc leaves it as it was. */
export function DescriptionField({ node }: { node: Node }) {
  const platform = usePlatform();
  const change = useNodeChange(node.id);
  const [draft, setDraft] = useState<Draft | null>(null);
  const text = draft?.text ?? node.description;
  const sent = useRef<Draft | null>(null);

  async function keep() {
    if (draft === null || draft === sent.current) return;
    sent.current = draft;
    if (draft.text !== draft.seen) await change(() => platform.describe(node.id, draft.seen, draft.text));
    setDraft(null);
  }

  // Another file may be selected in the middle of a word: what was typed is this one's.
  const keepAtLast = useEffectEvent(() => void keep());
  useEffect(
    () => () => {
      keepAtLast();
    },
    [],
  );

  return (
    <textarea
      className={styles.description}
      aria-label="Description"
      placeholder="Add a description"
      readOnly={node.trashed_at !== null}
      // Where the style sheet cannot fit the field to its text (`field-sizing`).
      rows={linesOf(text)}
      maxLength={DESCRIPTION_LETTERS}
      dir="auto"
      value={text}
      onChange={(event) => {
        const typed = event.target.value;
        setDraft((now) => ({ seen: now?.seen ?? node.description, text: typed }));
      }}
      onBlur={() => void keep()}
      onKeyDown={(event) => {
        const isKept = event.key === "Enter" && event.ctrlKey;
        if (event.key !== "Escape" && !isKept) return;
        event.stopPropagation();
        if (event.key === "Escape")
          flushSync(() => {
            setDraft(null);
          });
        event.currentTarget.blur();
      }}
    />
  );
}
