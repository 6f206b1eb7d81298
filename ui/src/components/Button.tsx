import type { ComponentProps, ReactNode } from "react";
import styles from "./Button.module.css";

type Look = "plain" | "primary" | "danger" | "quiet";

type ButtonProps = ComponentProps<"button"> & {
  look?: Look;
  icon?: ReactNode;
  size?: "normal" | "big";
};

export function Button({ look = "plain", size = "normal", icon, className, children, ...rest }: ButtonProps) {
  const classes = [styles.button, styles[look], size === "big" && styles.big, className];
  return (
    <button type="button" className={classes.filter(Boolean).join(" ")} {...rest}>
      {icon}
      <span className={styles.label}>{children}</span>
    </button>
  );
}

type IconButtonProps = Omit<ComponentProps<"button">, "children"> & { label: string; icon: ReactNode };

/** A button that shows an icon only; its name is told to everybody who hovers or listens. */
export function IconButton({ label, icon, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      className={[styles.icon, className].filter(Boolean).join(" ")}
      aria-label={label}
      title={label}
      {...rest}
    >
      {icon}
    </button>
  );
}
