import { Switch as Base } from "@base-ui/react/switch";
import styles from "./Switch.module.css";

type SwitchProps = {
  label: string;
  /** The id of what says more. */
  describedBy?: string;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
};

/** Something that is on or off, at the end of its row. */
export function Switch({ label, describedBy, checked, disabled = false, onChange }: SwitchProps) {
  return (
    <Base.Root
      className={styles.switch}
      aria-label={label}
      aria-describedby={describedBy}
      checked={checked}
      disabled={disabled}
      onCheckedChange={onChange}
    >
      <Base.Thumb className={styles.knob} />
    </Base.Root>
  );
}
