import { useRef, useState } from "react";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { Node } from "../../platform/wire.ts";
import styles from "./Inspector.module.css";

const LINE_LETTERS = 40;
const MOST_LINES = 10;

function linesOf(text: string): number {
  const lines = text
    .split("\n")
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / LINE_LETTERS)), 0);
  return Math.min(MOST_LINES, lines);
}

/** Text that becomes a field when it is used. Leaving keeps, Ctrl+Enter keeps, Esc leaves it as it was. */
export function DescriptionField({ node }: { node: Node }) {
  const platform = usePlatform();
  const attempt = useAttempt();
  const [text, setText] = useState(node.description);
  const isGivenUp = useRef(false);

  async function keep() {
    if (isGivenUp.current || text === node.description) {
      isGivenUp.current = false;
      setText(node.description);
      return;
    }
    const isKept = await attempt(() => platform.describe(node.id, text));
    if (!isKept) setText(node.description);
  }

  return (
    <textarea
      className={styles.description}
      aria-label="Description"
      placeholder="Add a description"
      readOnly={node.trashed_at !== null}
      // Where the style sheet cannot fit the field to its text (`field-sizing`).
      rows={linesOf(text)}
      dir="auto"
      value={text}
      onChange={(event) => {
        setText(event.target.value);
      }}
      onBlur={() => void keep()}
      onKeyDown={(event) => {
        const isKept = event.key === "Enter" && event.ctrlKey;
        if (event.key !== "Escape" && !isKept) return;
        event.stopPropagation();
        isGivenUp.current = event.key === "Escape";
        event.currentTarget.blur();
      }}
    />
  );
}
