import { Question } from "../../components/Question.tsx";
import { formatBytesFinely } from "../../format/bytes.ts";
import { useOfflineUsage } from "../../host/queries.ts";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";

/** Asked because it may take long to bring all of it here again. */
export function RemoveAllDialog({ onClose }: { onClose: () => void }) {
  const platform = usePlatform();
  const attempt = useAttempt();
  const usage = useOfflineUsage();
  return (
    <Question
      title="Keep nothing available offline?"
      description={`${formatBytesFinely(usage?.used ?? 0)} on this computer become free. The files stay in Notespot, and open while there is a network.`}
      keep="Keep them"
      lose="Remove all"
      onLose={async () => void (await attempt(() => platform.keepNothingOffline()))}
      onClose={onClose}
    />
  );
}
