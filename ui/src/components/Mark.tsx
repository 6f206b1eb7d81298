import styles from "./Mark.module.css";

/** Notespot's sign. */
export function Mark({ size = "normal" }: { size?: "normal" | "big" }) {
  return <span className={size === "big" ? `${styles.mark} ${styles.big}` : styles.mark} aria-hidden />;
}
