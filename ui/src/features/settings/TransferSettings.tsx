import { useQuery, useQueryClient } from "@tanstack/react-query";
import { keys } from "../../host/keys.ts";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { TransferLimits } from "../../platform/wire.ts";
import { NumberField } from "./NumberField.tsx";
import styles from "./SettingsDialog.module.css";

const MEGABYTE = 1_000_000;
const MEMORY_MIB = 64;

/**
 * How hard transfers may work. What is entered holds at once. The fields are there before their values, so that
 * nothing in the dialog moves when those come.
 */
export function TransferSettings() {
  const platform = usePlatform();
  const queries = useQueryClient();
  const attempt = useAttempt();
  const limits = useQuery({ queryKey: keys.transferLimits, queryFn: () => platform.transferLimits() }).data;
  const isKnown = limits !== undefined;

  async function set(change: Partial<TransferLimits>) {
    if (!limits) return;
    const wanted = { ...limits, ...change };
    queries.setQueryData(keys.transferLimits, wanted);
    await attempt(() => platform.setTransferLimits(wanted));
    // The shell takes the nearest that makes sense.
    await queries.invalidateQueries({ queryKey: keys.transferLimits });
  }

  return (
    <section className={styles.section} aria-labelledby="settings-transfers" aria-busy={!isKnown}>
      <h3 id="settings-transfers">Transfers</h3>
      <div className={styles.limits}>
        <NumberField
          label="Upload at most"
          hint="MB a second"
          placeholder="No limit"
          readOnly={!isKnown}
          value={rate(limits?.up)}
          onSet={(value) => void set({ up: bytes(value) })}
        />
        <NumberField
          label="Download at most"
          hint="MB a second"
          placeholder="No limit"
          readOnly={!isKnown}
          value={rate(limits?.down)}
          onSet={(value) => void set({ down: bytes(value) })}
        />
        <NumberField
          label="Requests at once"
          hint="At most"
          placeholder="Automatic"
          isWhole
          readOnly={!isKnown}
          value={limits?.parallel ?? null}
          onSet={(value) => void set({ parallel: value })}
        />
        <NumberField
          label="Memory"
          hint="MiB, for everything under way"
          placeholder={String(MEMORY_MIB)}
          isWhole
          readOnly={!isKnown}
          value={limits?.memory_mib ?? null}
          onSet={(value) => void set({ memory_mib: value ?? MEMORY_MIB })}
        />
      </div>
    </section>
  );
}

const rate = (value: number | null | undefined) => (value == null ? null : value / MEGABYTE);
const bytes = (value: number | null) => (value === null ? null : Math.round(value * MEGABYTE));
