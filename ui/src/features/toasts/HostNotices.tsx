import { useHostEvent } from "../../host/useHostEvent.ts";
import type { NoticeKind } from "../../platform/wire.ts";
import { useToasts } from "./useToasts.ts";

/** Says what the host tells beside the answers of its commands. Renders nothing. */
export function HostNotices(): null {
  const toasts = useToasts();
  useHostEvent((event) => {
    if (event.kind !== "notice") return;
    const { kind, failure } = event.notice;
    if (failure) toasts.failed(failure);
    else toasts.say(kind === "link_copied" ? "link" : "warning", WORDS[kind]);
  });
  return null;
}

const WORDS: Record<NoticeKind, string> = {
  link_copied: "Public link copied",
  library_rebuilt: "The list on this computer was damaged. It was moved aside and is being filled again.",
  sign_in_link_ignored: "A sign-in link arrived that this window did not ask for. Nothing was changed.",
  failed: "Something in the background did not work.",
};
