import { useQueryClient } from "@tanstack/react-query";
import { Bar } from "../../components/Bar.tsx";
import { Button } from "../../components/Button.tsx";
import { formatBytesFinely, formatFiles } from "../../format/bytes.ts";
import { keys } from "../../host/keys.ts";
import { useOfflineUsage } from "../../host/queries.ts";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { OfflineUsage } from "../../platform/wire.ts";
import { NumberField } from "./NumberField.tsx";
import styles from "./SettingsDialog.module.css";

const GIGABYTE = 1_000_000_000;
const BUDGET_GB = 10;

/** How much of this computer's disk may be used for what is kept available offline, and how much is. */
export function OfflineSettings({ onRemoveAll }: { onRemoveAll: () => void }) {
  const platform = usePlatform();
  const queries = useQueryClient();
  const attempt = useAttempt();
  const usage = useOfflineUsage();

  async function set(gigabytes: number) {
    await attempt(() => platform.setOfflineBudget(Math.round(gigabytes * GIGABYTE)));
    // The shell takes the nearest that makes sense.
    await queries.invalidateQueries({ queryKey: keys.offlineUsage });
  }

  return (
    <section className={styles.section} aria-labelledby="settings-offline" aria-busy={usage === undefined}>
      <h3 id="settings-offline">Available offline</h3>
      <div className={styles.limits}>
        <NumberField
          label="Use at most"
          hint="GB of this computer’s disk"
          placeholder={String(BUDGET_GB)}
          readOnly={usage === undefined}
          value={usage === undefined ? null : usage.budget / GIGABYTE}
          onSet={(value) => void set(value ?? BUDGET_GB)}
        />
        <div className={styles.used}>
          {usage && <Used usage={usage} />}
          <Button disabled={!usage || !isAnythingKept(usage)} onClick={onRemoveAll}>
            Remove all…
          </Button>
        </div>
      </div>
      {usage && usage.no_room > 0 && (
        <p role="status">
          {formatFiles(usage.no_room)} ({formatBytesFinely(usage.lacking)}){" "}
          {usage.no_room === 1 ? "has" : "have"} no room. What was chosen last waits.
        </p>
      )}
    </section>
  );
}

const isAnythingKept = ({ used, kept, waiting, no_room, failed }: OfflineUsage) =>
  used + kept + waiting + no_room + failed > 0;

function Used({ usage }: { usage: OfflineUsage }) {
  const words = `${formatBytesFinely(usage.used)} of ${formatBytesFinely(usage.budget)}, ${formatFiles(usage.kept)}`;
  return (
    <div>
      <span>{words}</span>
      <Bar
        kind="meter"
        label="Used for files that are available offline"
        part={usage.budget === 0 ? 1 : usage.used / usage.budget}
        text={words}
        className={styles.bar}
      />
    </div>
  );
}
