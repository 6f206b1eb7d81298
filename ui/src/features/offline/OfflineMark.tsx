import { CircleAlert, CircleArrowDown, CircleCheck, CircleDashed, type LucideIcon } from "lucide-react";
import type { OfflineState } from "../../platform/wire.ts";
import styles from "./OfflineMark.module.css";
import { MARKS } from "./offlineWords.ts";

const ICONS: Record<OfflineState, LucideIcon> = {
  kept: CircleCheck,
  fetching: CircleArrowDown,
  waiting: CircleDashed,
  no_room: CircleAlert,
  failed: CircleAlert,
};

/** How far something is that is to be available offline: shapes differ, not only colours. */
export function OfflineMark({ state }: { state: OfflineState }) {
  const Icon = ICONS[state];
  return (
    <span className={styles.mark} data-state={state} title={MARKS[state]}>
      <Icon role="img" aria-label={MARKS[state]} />
    </span>
  );
}
