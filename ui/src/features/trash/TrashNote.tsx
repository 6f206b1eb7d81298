import { Info } from "lucide-react";
import styles from "../offline/Banner.module.css";

/** What becomes of things in the trash. */
export function TrashNote() {
  return (
    <div className={styles.banner} role="note">
      <Info aria-hidden />
      <span className={styles.text}>What is in the trash is deleted for ever after 30 days.</span>
    </div>
  );
}
