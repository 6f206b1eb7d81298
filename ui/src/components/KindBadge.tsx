import { Folder } from "lucide-react";
import { kindOf, type KindGroup } from "../format/names.ts";
import type { NodeKind } from "../platform/wire.ts";
import styles from "./KindBadge.module.css";

/** What a thing is, at a glance. The name beside it says the same in words. */
export function KindBadge({ kind, name }: { kind: NodeKind; name: string }) {
  if (kind === "folder") return <Folder className={styles.folder} aria-hidden />;
  const { label, group } = kindOf(name);
  return (
    <span className={badgeClass(group)} aria-hidden>
      {label}
    </span>
  );
}

export const badgeClass = (group: KindGroup) => `${styles["badge"]} ${styles[group]}`;
