import styles from "./Kbd.module.css";

export function Kbd({ keys }: { keys: string }) {
  return (
    <kbd className={styles.kbd} aria-hidden>
      {keys}
    </kbd>
  );
}
