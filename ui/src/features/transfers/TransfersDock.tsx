import { ChevronDown, ChevronUp, ListX } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../../components/Button.tsx";
import { formatBytes, formatFiles } from "../../format/bytes.ts";
import { formatTimeLeft } from "../../format/times.ts";
import { useTransfers } from "../../host/queries.ts";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { Transfers } from "../../platform/wire.ts";
import { TransferItem } from "./TransferItem.tsx";
import styles from "./TransfersDock.module.css";

const all = (transfers: Transfers) => transfers;

/** Files on their way, and what became of the last ones. */
export function TransfersDock() {
  const platform = usePlatform();
  const attempt = useAttempt();
  const transfers = useTransfers(all);
  const [isFolded, setFolded] = useState(false);
  if (!transfers || transfers.items.length === 0) return null;

  const hasFinished = transfers.total > transfers.active;
  return (
    <section className={styles.dock} aria-label="Transfers" data-dock>
      <header className={styles.head}>
        <h2 className={styles.title}>{titleOf(transfers)}</h2>
        <span className={styles.speed}>{speedOf(transfers)}</span>
        {hasFinished && (
          <IconButton
            label="Clear finished"
            icon={<ListX aria-hidden />}
            onClick={() => void attempt(() => platform.clearFinished())}
          />
        )}
        <IconButton
          label={isFolded ? "Show transfers" : "Fold transfers"}
          aria-expanded={!isFolded}
          icon={isFolded ? <ChevronUp aria-hidden /> : <ChevronDown aria-hidden />}
          onClick={() => {
            setFolded(!isFolded);
          }}
        />
      </header>
      <p role="status" className={styles.unseen}>
        {transfers.active === 0 ? titleOf(transfers) : `${formatFiles(transfers.active)} on the way`}
      </p>
      {!isFolded && (
        <ul className={styles.list}>
          {transfers.items.map((transfer) => (
            <TransferItem key={transfer.id} transfer={transfer} />
          ))}
          {transfers.total > transfers.items.length && (
            <li className={styles.more}>and {formatFiles(transfers.total - transfers.items.length)} more</li>
          )}
        </ul>
      )}
    </section>
  );
}

function titleOf({ items, active }: Transfers): string {
  if (active > 0) {
    const moving = items.filter(({ state }) => ["waiting", "running", "finishing"].includes(state.kind));
    const isUp = moving.some(({ direction }) => direction === "upload");
    const isDown = moving.some(({ direction }) => direction === "download");
    const verb = isUp && isDown ? "Transferring" : isDown ? "Downloading" : "Uploading";
    return `${verb} ${formatFiles(active)}`;
  }
  const failed = items.filter(({ state }) => state.kind === "failed").length;
  if (failed > 0) return `${formatFiles(failed)} failed`;
  const done = items.filter(({ state }) => state.kind === "done").length;
  return done === 0 ? "Cancelled" : `${formatFiles(done)} done`;
}

function speedOf({ active, bytes_per_second, seconds_left }: Transfers): string {
  if (active === 0 || bytes_per_second === 0) return "";
  const speed = `${formatBytes(bytes_per_second)}/s`;
  return seconds_left === null ? speed : `${speed} · ${formatTimeLeft(seconds_left)}`;
}
