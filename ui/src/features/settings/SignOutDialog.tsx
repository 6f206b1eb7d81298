import { Question } from "../../components/Question.tsx";
import { formatChanges, formatFiles } from "../../format/bytes.ts";

type SignOutDialogProps = {
  /** Files on their way. */
  active: number;
  /** Changes that were not sent. */
  waiting: number;
  /** Files that are kept on this computer. */
  offline: number;
  onSignOut: () => void;
  onClose: () => void;
};

/** Asked only where something would be lost. */
export function SignOutDialog({ active, waiting, offline, onSignOut, onClose }: SignOutDialogProps) {
  return (
    <Question
      title={titleFor(active, waiting)}
      description={
        <>
          {waiting > 0 && "What was changed here and was not sent yet is lost. "}
          {active > 0 && "What has not arrived is cancelled. "}
          {offline > 0 &&
            `${formatFiles(offline)} that ${offline === 1 ? "is" : "are"} kept available offline ${offline === 1 ? "is" : "are"} removed from this computer; in Notespot nothing changes. `}
          Your own files on this computer stay as they are.
        </>
      }
      keep="Stay signed in"
      lose="Sign out"
      onLose={onSignOut}
      onClose={onClose}
    />
  );
}

function titleFor(active: number, waiting: number): string {
  if (waiting > 0) return `Sign out before ${formatChanges(waiting)} ${waiting === 1 ? "was" : "were"} sent?`;
  if (active > 0) return `Sign out while ${formatFiles(active)} ${active === 1 ? "is" : "are"} on the way?`;
  return "Sign out?";
}
