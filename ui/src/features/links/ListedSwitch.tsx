import { Switch } from "@base-ui/react/switch";
import { useId, useState } from "react";
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
        <Switch.Root
          className={styles.switch}
          aria-label="List in public files"
          aria-describedby={meaning}
          checked={chosen ?? link.listed}
          onCheckedChange={(listed) => void choose(listed)}
        >
          <Switch.Thumb className={styles.knob} />
        </Switch.Root>
      </div>
      <p id={meaning} className={styles.quiet}>
        Anyone can then find this file by its name, with your name beside it.
      </p>
    </div>
  );
}
