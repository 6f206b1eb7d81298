import { X } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { Node } from "../../platform/wire.ts";
import styles from "./Tags.module.css";
import { useNodeChange } from "./useNodeChange.ts";

/** What the server takes. */
const TAGS_MAX = 50;
const TAG_LETTERS = 100;

/** A node's tags, and a field for more: Enter or a comma adds what was typed, Backspace in an empty field takes the last away. */
export function TagsField({ node }: { node: Node }) {
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const { tags, setTags } = useTags(node);
  const isFull = tags.length >= TAGS_MAX;

  function add() {
    const typed = text.split(",").map((tag) => tag.trim());
    const fresh = typed.filter((tag, at) => tag !== "" && typed.indexOf(tag) === at && !tags.includes(tag));
    setText("");
    if (fresh.length > 0) setTags([...tags, ...fresh].slice(0, TAGS_MAX));
  }

  function remove(gone: string) {
    setTags(tags.filter((tag) => tag !== gone));
    field.current?.focus();
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const last = tags.at(-1);
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" || event.key === ",") {
      event.preventDefault();
      add();
    } else if (event.key === "Escape" && text !== "") {
      event.stopPropagation();
      setText("");
    } else if (event.key === "Backspace" && text === "" && last !== undefined) remove(last);
  };

  return (
    <div className={styles.tags} role="group" aria-label="Tags">
      {tags.map((tag) => (
        <span key={tag} className={styles.tag}>
          <bdi title={tag}>{tag}</bdi>
          <button
            type="button"
            className={styles.remove}
            aria-label={`Remove the tag ${tag}`}
            onClick={() => {
              remove(tag);
            }}
          >
            <X aria-hidden />
          </button>
        </span>
      ))}
      <input
        ref={field}
        className={styles.field}
        aria-label="Add a tag"
        placeholder={isFull ? "50 tags is the most" : "Add a tag"}
        disabled={isFull}
        maxLength={TAG_LETTERS}
        spellCheck={false}
        autoComplete="off"
        dir="auto"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
        }}
        onKeyDown={onKeyDown}
        onBlur={add}
      />
    </div>
  );
}

/** The tags as the person has them, ahead of the answers: one change is sent after the other. */
function useTags({ id, tags }: Node): { tags: string[]; setTags: (next: string[]) => void } {
  const platform = usePlatform();
  const change = useNodeChange(id);
  const [ahead, setAhead] = useState<string[] | null>(null);
  const sending = useRef(Promise.resolve());
  const latest = useRef<string[] | null>(null);
  const seen = ahead ?? tags;

  function setTags(next: string[]) {
    latest.current = next;
    setAhead(next);
    sending.current = sending.current.then(async () => {
      await change(() => platform.tag(id, seen, next));
      // Whether it went well or not, what there is now is shown, unless more was done meanwhile.
      if (latest.current === next) setAhead(null);
    });
  }

  return { tags: seen, setTags };
}
