import { ArrowUpFromLine } from "lucide-react";
import { useState } from "react";
import { useAttempt } from "../../host/useAttempt.ts";
import { useHostEvent } from "../../host/useHostEvent.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { NodeId } from "../../platform/wire.ts";
import styles from "./DropOverlay.module.css";

/** Files hover over the window, and fall. The paths stay with the shell; the window says where they go. */
export function DropOverlay({ folder, folderName }: { folder: NodeId | null; folderName: string }) {
  const platform = usePlatform();
  const attempt = useAttempt();
  const [isOver, setOver] = useState(false);

  useHostEvent((event) => {
    if (event.kind === "drop_hover") setOver(event.over);
    if (event.kind !== "files_dropped") return;
    setOver(false);
    void attempt(() => platform.uploadDropped(event.drop, folder, event.with_link));
  });

  if (!isOver) return null;
  return (
    <div className={styles.drop}>
      <div>
        <ArrowUpFromLine aria-hidden />
        <b className={styles.title}>
          Drop to upload to <bdi>{folderName}</bdi>
        </b>
        Hold Shift to also copy a public link
      </div>
    </div>
  );
}
