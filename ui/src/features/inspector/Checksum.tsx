import { Copy } from "lucide-react";
import { IconButton } from "../../components/Button.tsx";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import { useToasts } from "../toasts/useToasts.ts";
import styles from "./Inspector.module.css";

export function Checksum({ sha256 }: { sha256: string }) {
  const platform = usePlatform();
  const toasts = useToasts();
  const attempt = useAttempt();

  async function copy() {
    if (await attempt(() => platform.copyText(sha256))) toasts.say("done", "SHA-256 copied");
  }

  return (
    <span className={styles.checksum}>
      <span title={sha256}>
        {sha256.slice(0, 4)}…{sha256.slice(-4)}
      </span>
      <IconButton label="Copy the whole SHA-256" icon={<Copy aria-hidden />} onClick={() => void copy()} />
    </span>
  );
}
