import { WifiOff } from "lucide-react";
import { formatChanges } from "../../format/bytes.ts";
import { formatAsOf } from "../../format/times.ts";
import { useAppState, useIsOffline } from "../../host/queries.ts";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import styles from "./Banner.module.css";

export function OfflineBanner() {
  const platform = usePlatform();
  const attempt = useAttempt();
  const isOffline = useIsOffline();
  const asOf = useAppState(({ sync }) => sync.as_of);
  const waiting = useAppState(({ edits }) => edits.waiting) ?? 0;
  // The live region is there before its words are, or a screen reader would not say them.
  return (
    <div role="status" className={styles.region}>
      {isOffline && (
        <div className={`${styles.banner} ${styles.warn}`}>
          <WifiOff aria-hidden />
          <b>You are offline</b>
          <span className={styles.text}>
            {asOf ? `Showing files as of ${formatAsOf(asOf)}. ` : ""}
            {waiting === 0 ? "Changes" : formatChanges(waiting)} will be sent when you reconnect.
          </span>
          <button
            type="button"
            className={styles.action}
            onClick={() => void attempt(() => platform.checkServer())}
          >
            Try again
          </button>
        </div>
      )}
    </div>
  );
}
