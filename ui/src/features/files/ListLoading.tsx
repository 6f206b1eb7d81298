import styles from "./ListLoading.module.css";

/** Seen only when reading takes longer than a blink. */
export function ListLoading() {
  return (
    <div className={styles.loading} role="status">
      <span className={styles.words}>Reading the list</span>
      {Array.from({ length: 8 }, (_, row) => (
        <i key={row} />
      ))}
    </div>
  );
}
