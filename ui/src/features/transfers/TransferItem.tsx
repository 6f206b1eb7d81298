import { type KeyboardEvent, memo, type Ref } from "react";
import { Bar } from "../../components/Bar.tsx";
import { FileName } from "../../components/FileName.tsx";
import { KindBadge } from "../../components/KindBadge.tsx";
import { wordsFor } from "../../failures/words.ts";
import { formatBytes, formatPart } from "../../format/bytes.ts";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { MoveTo, Transfer } from "../../platform/wire.ts";
import { TransferActions } from "./TransferActions.tsx";
import styles from "./TransfersDock.module.css";

const KEYS: Record<string, MoveTo> = { ArrowUp: "up", ArrowDown: "down", Home: "top" };

type TransferItemProps = {
  ref: Ref<HTMLLIElement>;
  transfer: Transfer;
  /** Its place in the list, and how many there are with those that are not drawn. */
  index: number;
  total: number;
  /** Pixels from the start of the list. */
  top: number;
  onDecide: () => void;
  /** The keyboard is about to move it. */
  onMove: () => void;
};

export const TransferItem = memo(function TransferItem(props: TransferItemProps) {
  const { ref, transfer, index, total, top, onDecide, onMove } = props;
  const platform = usePlatform();
  const attempt = useAttempt();
  const { id, name, state, size, done } = transfer;
  const hasBar = ["running", "finishing", "waiting", "paused", "offline"].includes(state.kind);

  function move(event: KeyboardEvent) {
    const to = KEYS[event.key];
    if (!event.altKey || to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onMove();
    void attempt(() => platform.moveTransfer(id, to));
  }

  return (
    // The keys are for whichever button of the item has the focus.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <li
      ref={ref}
      className={styles.item}
      data-index={index}
      aria-posinset={index + 1}
      aria-setsize={total}
      style={{ transform: `translateY(${top}px)` }}
      onKeyDown={move}
    >
      <KindBadge kind="file" name={name} />
      <span className={styles.name}>
        <FileName name={name} />
      </span>
      <TransferActions transfer={transfer} onDecide={onDecide} />
      {hasBar && (
        <Bar
          kind="progress"
          label={name}
          part={size === 0 ? 1 : done / size}
          look={state.kind === "running" ? undefined : "held"}
          className={styles.bar}
        />
      )}
      <small className={styles[state.kind]}>{wordsOf(transfer)}</small>
    </li>
  );
});

function wordsOf({ direction, state, done, size, link_copied, was_there, saved_as }: Transfer): string {
  switch (state.kind) {
    case "waiting":
      return `Waiting · ${formatBytes(size)}`;
    case "running":
      return formatPart(done, size);
    case "finishing":
      return "Comparing checksums";
    case "paused":
      return `Paused · ${formatPart(done, size)}`;
    case "offline":
      return "Waiting for the connection";
    case "target_exists":
      return "A file of this name is there already";
    case "done":
      if (link_copied) return "Done. Link copied";
      if (was_there) return "Uploaded. The server had it already";
      if (saved_as !== null) return `Saved as “${saved_as}”`;
      return direction === "upload" ? "Uploaded" : "Saved";
    case "skipped":
      return "Skipped: it was there already";
    case "failed":
      return direction === "upload" && state.failure.code === "file_missing"
        ? `${state.failure.message} Choose it where it is now.`
        : wordsFor(state.failure).message;
    case "cancelled":
      return "Cancelled";
  }
}
