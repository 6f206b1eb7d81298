import { Question } from "../../components/Question.tsx";
import { formatFiles } from "../../format/bytes.ts";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";

type CancelAllDialogProps = { active: number; onClose: () => void };

/** Asked, because what has arrived of many files would have to be sent again. */
export function CancelAllDialog({ active, onClose }: CancelAllDialogProps) {
  const platform = usePlatform();
  const attempt = useAttempt();
  return (
    <Question
      title={`Cancel ${formatFiles(active)}?`}
      description="What has arrived of them goes. Files that are done stay as they are."
      keep="Go on"
      lose="Cancel all"
      onLose={() => {
        // The panel says how it goes.
        void attempt(() => platform.cancelAllTransfers());
      }}
      onClose={onClose}
    />
  );
}
