import { splitName } from "../format/names.ts";
import styles from "./FileName.module.css";

/**
 * A name in one line: too long, it is shortened before its ending, and hovering tells it whole.
 * `bdi` keeps a right-to-left name from turning around what stands beside it.
 */
export function FileName({ name }: { name: string }) {
  const { stem, ending } = splitName(name);
  return (
    <bdi className={styles.name} title={name}>
      <span className={styles.stem}>{stem}</span>
      {ending !== "" && <span className={styles.ending}>{ending}</span>}
    </bdi>
  );
}
