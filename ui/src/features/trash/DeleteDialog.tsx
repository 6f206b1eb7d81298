import { useQuery } from "@tanstack/react-query";
import { Question } from "../../components/Question.tsx";
import { formatBytes, formatFiles, formatItems } from "../../format/bytes.ts";
import { keys } from "../../host/keys.ts";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { FolderContents, OpenedView, ViewRow } from "../../platform/wire.ts";
import { useToasts } from "../toasts/useToasts.ts";

/** Some of what is in the trash, or all that a list of it shows. */
export type ToDelete = { kind: "rows"; rows: ViewRow[] } | { kind: "all"; view: OpenedView };

type DeleteDialogProps = { what: ToDelete; onDone: () => void; onClose: () => void };

/** What is deleted for ever is gone: this is asked, with how many and how much it is. */
export function DeleteDialog({ what, onDone, onClose }: DeleteDialogProps) {
  const platform = usePlatform();
  const toasts = useToasts();
  const attempt = useAttempt();
  const ids = what.kind === "rows" ? what.rows.map((row) => row.id) : [];
  const { data: weight } = useQuery({
    queryKey: keys.weight(what.kind === "rows" ? ids : what.view.id),
    queryFn: () => (what.kind === "rows" ? platform.weigh(ids) : platform.weighView(what.view.id)),
    gcTime: 0,
  });
  const { title, done, button } = wordsFor(what);

  async function deleteAll() {
    const isDone = await attempt(() =>
      what.kind === "rows" ? platform.deleteForEver(ids) : platform.emptyTrash(what.view.id),
    );
    if (isDone) {
      toasts.say("trash", done);
      onDone();
    }
  }

  return (
    <Question
      title={title}
      description={`${weight ? amountOf(weight) : "…"} This cannot be undone.`}
      keep="Cancel"
      lose={button}
      onLose={deleteAll}
      onClose={onClose}
    />
  );
}

function wordsFor(what: ToDelete): { title: string; done: string; button: string } {
  if (what.kind === "all")
    return { title: "Empty the trash?", done: "The trash is empty", button: "Empty the trash" };
  const [first] = what.rows;
  const subject = what.rows.length === 1 && first ? `“${first.name}”` : formatItems(what.rows.length);
  return {
    title: `Delete ${subject} for ever?`,
    done: `${subject} deleted for ever`,
    button: "Delete for ever",
  };
}

function amountOf({ items, files, bytes }: FolderContents): string {
  const verb = files === 1 ? "is" : "are";
  const inside = files === items ? "" : ` in ${formatItems(items)}`;
  return `${formatFiles(files)}${inside}, ${formatBytes(bytes)}, ${verb} deleted, and ${files === 1 ? "its" : "their"} public links end.`;
}
