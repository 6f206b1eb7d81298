import { formatBytesFinely } from "../../format/bytes.ts";
import { useAppState } from "../../host/queries.ts";
import styles from "./Sidebar.module.css";

const NEARLY_FULL = 0.95;

export function QuotaBar() {
  const me = useAppState(({ session }) => (session.kind === "signed_in" ? session.me : null));
  if (!me) return <div className={styles.quota} />;
  const share = me.quota === 0 ? 1 : Math.min(1, me.used / me.quota);
  const words = `${formatBytesFinely(me.used)} of ${formatBytesFinely(me.quota)}`;
  return (
    <div className={styles.quota}>
      <span>{words}</span>
      <div
        className={styles.bar}
        role="meter"
        aria-label="Storage used"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        aria-valuetext={words}
      >
        <i
          className={share > NEARLY_FULL ? styles.nearlyFull : undefined}
          style={{ width: `${Math.round(share * 100)}%` }}
        />
      </div>
    </div>
  );
}
