import { Question } from "../../components/Question.tsx";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { ViewRow } from "../../platform/wire.ts";
import { useToasts } from "../toasts/useToasts.ts";

/** A link that has ended never works again: this is asked, because it cannot be undone. */
export function EndLinkDialog({ row, onClose }: { row: ViewRow; onClose: () => void }) {
  const platform = usePlatform();
  const toasts = useToasts();
  const attempt = useAttempt();

  async function end() {
    const isDone = await attempt(() => platform.endPublicLink(row.id));
    if (isDone) toasts.say("done", "The public link has ended");
  }

  return (
    <Question
      title="End this public link?"
      description={`Nobody can open or download “${row.name}” by it any more. A new link will have another address.`}
      keep="Keep the link"
      lose="End the link"
      onLose={end}
      onClose={onClose}
    />
  );
}
