import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { ServerState } from "../../platform/wire.ts";
import { wordsFor } from "../../failures/words.ts";
import styles from "./Welcome.module.css";

/** Which server, and whether it answers. */
export function ServerLine({ server: { url, status } }: { server: ServerState }) {
  const platform = usePlatform();
  const attempt = useAttempt();
  const host = url.replace(/^https?:\/\//, "").replace(/\/$/, "");
  return (
    <div role="status" className={styles.server}>
      <p>
        Server: <span data-selectable>{host}</span> · {STATUS[status.kind]}
      </p>
      {status.kind === "unreachable" && (
        <>
          <p className={styles.why}>{wordsFor(status.failure).message}</p>
          <button
            type="button"
            className={styles.again}
            onClick={() => void attempt(() => platform.checkServer())}
          >
            Try again
          </button>
        </>
      )}
    </div>
  );
}

const STATUS: Record<ServerState["status"]["kind"], string> = {
  checking: "asking",
  reachable: "reachable",
  unreachable: "not reachable",
};
