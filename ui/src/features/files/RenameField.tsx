import { useEffect, useRef, useState } from "react";
import { KindBadge } from "../../components/KindBadge.tsx";
import { wordsFor } from "../../failures/words.ts";
import { splitName } from "../../format/names.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import { failureOf } from "../../platform/types.ts";
import type { ViewRow } from "../../platform/wire.ts";
import styles from "./FileList.module.css";

/** The name of a row, to be typed over. Enter keeps, Esc leaves it as it was, going elsewhere keeps. */
export function RenameField({ row, onDone }: { row: ViewRow; onDone: () => void }) {
  const platform = usePlatform();
  const input = useRef<HTMLInputElement>(null);
  const isSettled = useRef(false);
  // What came from elsewhere while somebody types is not what they saw.
  const [seen] = useState(row.name);
  const [name, setName] = useState(seen);
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => {
    const stem = row.kind === "file" ? splitName(seen).stem : seen;
    input.current?.focus();
    input.current?.setSelectionRange(0, stem.length);
  }, [row.kind, seen]);

  function settle() {
    isSettled.current = true;
    onDone();
  }

  async function keep() {
    if (isSettled.current) return;
    if (name === seen) {
      settle();
      return;
    }
    isSettled.current = true;
    try {
      await platform.rename(row.id, seen, name);
      onDone();
    } catch (thrown) {
      isSettled.current = false;
      setProblem(wordsFor(failureOf(thrown)).message);
      input.current?.focus();
    }
  }

  return (
    <span className={styles.name}>
      <KindBadge kind={row.kind} name={seen} />
      <span className={styles.renaming}>
        <input
          ref={input}
          className={styles.renameInput}
          aria-label={`New name of ${seen}`}
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : "rename-problem"}
          spellCheck={false}
          dir="auto"
          value={name}
          onChange={(event) => {
            setName(event.target.value);
            setProblem(null);
          }}
          onBlur={() => {
            if (problem === null) void keep();
            else settle();
          }}
          onKeyDown={(event) => {
            event.stopPropagation();
            if (event.key === "Enter") void keep();
            else if (event.key === "Escape") settle();
          }}
        />
        {problem !== null && (
          <span id="rename-problem" role="alert" className={styles.renameProblem}>
            {problem}
          </span>
        )}
      </span>
    </span>
  );
}
