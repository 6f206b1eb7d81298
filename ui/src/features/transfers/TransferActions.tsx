import { ArrowUpToLine, CircleHelp, FolderSearch, Link, Pause, Play, RotateCcw, X } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "../../components/Button.tsx";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { Transfer } from "../../platform/wire.ts";
import { useFileActions } from "../files/useFileActions.ts";
import styles from "./TransfersDock.module.css";

type TransferActionsProps = { transfer: Transfer; onDecide: () => void };

/** What can be done with a transfer as it stands, from the left: go on, then be gone. */
export function TransferActions({ transfer, onDecide }: TransferActionsProps) {
  return <div className={styles.actions}>{useActions(transfer, onDecide)}</div>;
}

function useActions({ id, name, state, node, direction }: Transfer, onDecide: () => void): ReactNode {
  const platform = usePlatform();
  const attempt = useAttempt();
  const actions = useFileActions();

  const button = (label: string, icon: ReactNode, work: () => Promise<unknown>, title?: string) => (
    <IconButton
      label={label}
      icon={icon}
      {...(title !== undefined && { title })}
      onClick={() => void attempt(work)}
    />
  );
  const cancel = () => button(`Cancel ${name}`, <X aria-hidden />, () => platform.cancelTransfer(id));
  const pause = () =>
    button(`Pause ${name}`, <Pause aria-hidden className={styles.solid} />, () => platform.pauseTransfer(id));
  const remove = () =>
    button(`Remove ${name} from the list`, <X aria-hidden />, () => platform.removeTransfer(id));
  const again = () =>
    button(`Try ${name} again`, <RotateCcw aria-hidden />, () => platform.retryTransfer(id));

  switch (state.kind) {
    case "waiting":
      return (
        <>
          {button(
            `Move ${name} to the top`,
            <ArrowUpToLine aria-hidden />,
            () => platform.moveTransfer(id, "top"),
            `Move ${name} to the top. Alt+↑ and Alt+↓ move it by one`,
          )}
          {pause()}
          {cancel()}
        </>
      );
    case "running":
    case "offline":
      return (
        <>
          {pause()}
          {cancel()}
        </>
      );
    case "paused":
      return (
        <>
          {button(`Go on with ${name}`, <Play aria-hidden className={styles.solid} />, () =>
            platform.resumeTransfer(id),
          )}
          {cancel()}
        </>
      );
    case "target_exists":
      return (
        <>
          <IconButton label={`Decide about ${name}`} icon={<CircleHelp aria-hidden />} onClick={onDecide} />
          {cancel()}
        </>
      );
    case "failed":
      return (
        <>
          {direction === "upload" && state.failure.code === "file_missing"
            ? button(`Choose ${name} again`, <FolderSearch aria-hidden />, () => platform.chooseAgain(id))
            : again()}
          {remove()}
        </>
      );
    case "skipped":
    case "cancelled":
      return (
        <>
          {again()}
          {remove()}
        </>
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
