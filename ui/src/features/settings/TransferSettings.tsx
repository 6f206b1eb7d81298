import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { TextField } from "../../components/TextField.tsx";
import { keys } from "../../host/keys.ts";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { TransferLimits } from "../../platform/wire.ts";
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

type NumberFieldProps = {
  label: string;
  hint: string;
  placeholder: string;
  isWhole?: boolean;
  readOnly: boolean;
  value: number | null;
  onSet: (value: number | null) => void;
};

const rate = (value: number | null | undefined) => (value == null ? null : value / MEGABYTE);
const bytes = (value: number | null) => (value === null ? null : Math.round(value * MEGABYTE));

/** A number, or nothing. It is taken when the field is left, or by Enter. */
function NumberField({ value, isWhole, onSet, placeholder, ...rest }: NumberFieldProps) {
  const shown = value === null ? "" : String(value);
  // What is being typed; the value itself where nothing is.
  const [typed, setTyped] = useState<string | null>(null);
  const parsed = parse(typed ?? shown, isWhole ?? false);

  function take() {
    if (parsed === undefined) return;
    setTyped(null);
    if (parsed !== value) onSet(parsed);
  }

  return (
    <TextField
      {...rest}
      placeholder={rest.readOnly ? "" : placeholder}
      inputMode={isWhole ? "numeric" : "decimal"}
      value={typed ?? shown}
      problem={parsed === undefined ? "A number above 0, or nothing" : null}
      onChange={(event) => {
        setTyped(event.target.value);
      }}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === "Enter") take();
      }}
    />
  );
}

/** `undefined` for what is no number above 0; `null` for nothing. */
function parse(text: string, isWhole: boolean): number | null | undefined {
  const plain = text.trim().replace(",", ".");
  if (plain === "") return null;
  const value = Number(plain);
  if (!Number.isFinite(value) || value <= 0 || (isWhole && !Number.isInteger(value))) return undefined;
  return value;
}
