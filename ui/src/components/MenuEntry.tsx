import { Menu } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { Kbd } from "./Kbd.tsx";
import styles from "./Menu.module.css";

type MenuEntryProps = {
  icon: ReactNode;
  label: string;
  keys?: string;
  isDanger?: boolean;
  disabled?: boolean;
  onChoose: () => void;
};

/** One line of a menu, in menus of buttons and of the right mouse button alike. */
export function MenuEntry({
  icon,
  label,
  keys,
  isDanger = false,
  disabled = false,
  onChoose,
}: MenuEntryProps) {
  return (
    <Menu.Item
      className={isDanger ? `${styles.item} ${styles.bad}` : styles.item}
      label={label}
      disabled={disabled}
      onClick={onChoose}
      {...(keys !== undefined && { "aria-keyshortcuts": keys.replace("Ctrl ", "Control+") })}
    >
      {icon}
      {label}
      {keys !== undefined && <Kbd keys={keys} />}
    </Menu.Item>
  );
}

type MenuCheckProps = {
  icon: ReactNode;
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
};

/** A line of a menu that is on or off. */
export function MenuCheck({ icon, label, checked, onChange }: MenuCheckProps) {
  return (
    <Menu.CheckboxItem
      className={styles.item}
      label={label}
      checked={checked}
      onCheckedChange={onChange}
      closeOnClick
    >
      {icon}
      {label}
      <Menu.CheckboxItemIndicator className={styles.check}>
        <Check aria-hidden />
      </Menu.CheckboxItemIndicator>
    </Menu.CheckboxItem>
  );
}

export function MenuSeparator() {
  return <Menu.Separator className={styles.separator} />;
}
