import { ChevronDown, ChevronUp, Pause, Play } from "lucide-react";
import { useCallback, useState } from "react";
import { Button, IconButton } from "../../components/Button.tsx";
import { formatBytes, formatFiles } from "../../format/bytes.ts";
import { formatTimeLeft } from "../../format/times.ts";
import { useTransfers } from "../../host/queries.ts";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { Transfers } from "../../platform/wire.ts";
import { CancelAllDialog } from "./CancelAllDialog.tsx";
import { TargetDialog } from "./TargetDialog.tsx";
import { TransferList } from "./TransferList.tsx";
import styles from "./TransfersDock.module.css";

const all = (transfers: Transfers) => transfers;

/** Files on their way, and what became of the last ones. */
export function TransfersDock() {
  const platform = usePlatform();
  const attempt = useAttempt();
  const transfers = useTransfers(all);
  const [isFolded, setFolded] = useState(false);
  const [isCancelling, setCancelling] = useState(false);
  // A question that is put off stays in the list.
  const [isPutOff, setPutOff] = useState(false);
  const decide = useCallback(() => {
    setPutOff(false);
  }, []);
  if (!transfers || transfers.items.length === 0) return null;

  const { active, paused } = transfers;
  const asking = transfers.items.find(({ state }) => state.kind === "target_exists");
  const hasFinished = transfers.total > active;
  return (
    <section className={styles.dock} aria-label="Transfers" data-dock>
      <header className={styles.head}>
        <h2 className={styles.title}>{titleOf(transfers)}</h2>
        <span className={styles.speed}>{speedOf(transfers)}</span>
        {active > paused && (
          <IconButton
            label="Pause all"
            icon={<Pause aria-hidden className={styles.solid} />}
            onClick={() => void attempt(() => platform.pauseAllTransfers())}
          />
        )}
        {active > 0 && active === paused && (
          <IconButton
            label="Go on with all"
            icon={<Play aria-hidden className={styles.solid} />}
            onClick={() => void attempt(() => platform.resumeAllTransfers())}
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
        {active === 0 ? titleOf(transfers) : `${formatFiles(active)} on the way`}
      </p>
      {!isFolded && <TransferList transfers={transfers} onDecide={decide} />}
      {!isFolded && (hasFinished || active > 1) && (
        <footer className={styles.foot}>
          {active > 1 && (
            <Button
              look="quiet"
              onClick={() => {
                setCancelling(true);
              }}
            >
              Cancel all
            </Button>
          )}
          {hasFinished && (
            <Button look="quiet" onClick={() => void attempt(() => platform.clearFinished())}>
              Clear finished
            </Button>
          )}
        </footer>
      )}
      {asking && !isPutOff && (
        <TargetDialog
          key={asking.id}
          transfer={asking}
          onLater={() => {
            setPutOff(true);
          }}
        />
      )}
      {isCancelling && active > 0 && (
        <CancelAllDialog
          active={active}
          onClose={() => {
            setCancelling(false);
          }}
        />
      )}
    </section>
  );
}

function titleOf({ items, active, paused, offline, asking, failed, done }: Transfers): string {
  if (active > 0) {
    if (paused === active) return `${formatFiles(paused)} paused`;
    if (offline > 0 && offline + paused === active) return "Waiting for the connection";
    if (asking > 0 && asking + paused + offline === active) return "Your decision is needed";
    const moving = items.filter(({ state }) => ["waiting", "running", "finishing"].includes(state.kind));
    const isUp = moving.some(({ direction }) => direction === "upload");
    const isDown = moving.some(({ direction }) => direction === "download");
    const verb = isUp && isDown ? "Transferring" : isDown ? "Downloading" : "Uploading";
    return `${verb} ${formatFiles(active - paused)}`;
  }
  if (failed > 0) return `${formatFiles(failed)} failed`;
  if (done > 0) return `${formatFiles(done)} done`;
  return items.some(({ state }) => state.kind === "skipped") ? "Skipped" : "Cancelled";
}

function speedOf({ active, bytes_per_second, seconds_left }: Transfers): string {
  if (active === 0 || bytes_per_second === 0) return "";
  const speed = `${formatBytes(bytes_per_second)}/s`;
  return seconds_left === null ? speed : `${speed} · ${formatTimeLeft(seconds_left)}`;
}
