import { type ComponentProps, useId } from "react";
import styles from "./TextField.module.css";

type TextFieldProps = Omit<ComponentProps<"input">, "id"> & {
  label: string;
  hint?: string;
  /** What is wrong with the value, in a sentence. */
  problem?: string | null;
};

export function TextField({ label, hint, problem, ...rest }: TextFieldProps) {
  const id = useId();
  const note = problem ?? hint;
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        className={styles.input}
        aria-invalid={problem ? true : undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        spellCheck={false}
        autoComplete="off"
        {...rest}
      />
      {note && (
        <p
          id={`${id}-note`}
          className={problem ? styles.problem : styles.hint}
          role={problem ? "alert" : undefined}
        >
          {note}
        </p>
      )}
    </div>
  );
}
