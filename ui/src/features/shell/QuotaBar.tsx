import { Bar } from "../../components/Bar.tsx";
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
      <Bar
        kind="meter"
        label="Storage used"
        part={share}
        text={words}
        look={share > NEARLY_FULL ? "warn" : undefined}
        className={styles.bar}
      />
    </div>
  );
}
