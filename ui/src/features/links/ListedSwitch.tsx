import { useId, useState } from "react";
import { Switch } from "../../components/Switch.tsx";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { PublicLink } from "../../platform/wire.ts";
import styles from "./LinkBox.module.css";

/** Whether everybody finds the file, or only who has its link. */
export function ListedSwitch({ link }: { link: PublicLink }) {
  const platform = usePlatform();
  const attempt = useAttempt();
  const meaning = useId();
  /** What was chosen, until the link says the same. */
  const [chosen, setChosen] = useState<boolean | null>(null);
  if (chosen === link.listed) setChosen(null);

  async function choose(listed: boolean) {
    setChosen(listed);
    const isDone = await attempt(() => platform.listPublicly(link.node, listed));
    if (!isDone) setChosen(null);
  }

  return (
    <div className={styles.listed}>
      <div className={styles.row}>
        <span>List in public files</span>
        <Switch
          label="List in public files"
          describedBy={meaning}
          checked={chosen ?? link.listed}
          onChange={(listed) => void choose(listed)}
        />
      </div>
      <p id={meaning} className={styles.quiet}>
        Anyone can then find this file by its name, with your name beside it.
      </p>
    </div>
  );
}
