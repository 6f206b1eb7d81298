import { Link, RotateCcw, X } from "lucide-react";
import { memo } from "react";
import { IconButton } from "../../components/Button.tsx";
import { FileName } from "../../components/FileName.tsx";
import { KindBadge } from "../../components/KindBadge.tsx";
import { wordsFor } from "../../failures/words.ts";
import { formatBytes, formatPart } from "../../format/bytes.ts";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { Transfer } from "../../platform/wire.ts";
import { useFileActions } from "../files/useFileActions.ts";
import styles from "./TransfersDock.module.css";

export const TransferItem = memo(function TransferItem({ transfer }: { transfer: Transfer }) {
  const { name, state, size, done } = transfer;
  const isMoving = state.kind === "running" || state.kind === "finishing" || state.kind === "waiting";
  const percent = size === 0 ? 100 : Math.floor((done / size) * 100);
  return (
    <li className={styles.item}>
      <KindBadge kind="file" name={name} />
      <span className={styles.name}>
        <FileName name={name} />
      </span>
      <TransferActions transfer={transfer} />
      {isMoving && (
        <div
          className={styles.bar}
          role="progressbar"
          aria-label={name}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={percent}
        >
          <i style={{ width: `${percent}%` }} />
        </div>
      )}
      <small className={styles[state.kind]}>{wordsOf(transfer)}</small>
    </li>
  );
});

function wordsOf({ direction, state, done, size, link_copied, was_there }: Transfer): string {
  switch (state.kind) {
    case "waiting":
      return `Waiting · ${formatBytes(size)}`;
    case "running":
      return formatPart(done, size);
    case "finishing":
      return "Comparing checksums";
    case "done":
      if (link_copied) return "Done. Link copied";
      if (was_there) return "Uploaded. The server had it already";
      return direction === "upload" ? "Uploaded" : "Saved";
    case "failed":
      return wordsFor(state.failure).message;
    case "cancelled":
      return "Cancelled";
  }
}

function TransferActions({ transfer: { id, name, state, node, direction } }: { transfer: Transfer }) {
  const platform = usePlatform();
  const attempt = useAttempt();
  const actions = useFileActions();
  switch (state.kind) {
    case "waiting":
    case "running":
      return (
        <IconButton
          label={`Cancel ${name}`}
          icon={<X aria-hidden />}
          onClick={() => void attempt(() => platform.cancelTransfer(id))}
        />
      );
    case "failed":
    case "cancelled":
      return (
        <IconButton
          label={`Try ${name} again`}
          icon={<RotateCcw aria-hidden />}
          onClick={() => void attempt(() => platform.retryTransfer(id))}
        />
      );
    case "done":
      if (node === null || direction === "download") return null;
      return (
        <IconButton
          label={`Copy public link of ${name}`}
          className={styles.copy}
          icon={<Link aria-hidden />}
          onClick={() => void actions.copyLink({ id: node })}
        />
      );
    case "finishing":
      return null;
  }
}
