import { useState } from "react";
import { TextField } from "../../components/TextField.tsx";

type NumberFieldProps = {
  label: string;
  hint: string;
  placeholder: string;
  isWhole?: boolean;
  readOnly: boolean;
  value: number | null;
  onSet: (value: number | null) => void;
};

/** A number, or nothing. It is taken when the field is left, or by Enter. */
export function NumberField({ value, isWhole, onSet, placeholder, ...rest }: NumberFieldProps) {
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
