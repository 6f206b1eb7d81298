import styles from "./Bar.module.css";

type BarProps = {
  /** How far something has come, or how full it is. */
  kind: "progress" | "meter";
  label: string;
  /** From 0 to 1; more is 1. */
  part: number;
  /** In words. */
  text?: string;
  look?: "held" | "warn" | "reversed" | undefined;
  className?: string | undefined;
};

/** A thin line, filled in part. What is still on its way is never shown as all there. */
export function Bar({ kind, label, part, text, look, className }: BarProps) {
  const round = kind === "meter" ? Math.round : Math.floor;
  const percent = round(Math.min(1, part) * 100);
  return (
    <div
      className={[styles.bar, className].filter(Boolean).join(" ")}
      data-look={look}
      role={kind === "meter" ? "meter" : "progressbar"}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={text}
    >
      <i style={{ width: `${percent}%` }} />
    </div>
  );
}
