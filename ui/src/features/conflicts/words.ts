// What is said of an edit that cannot be sent without asking.

import type { ConflictChoice, EditConflict } from "../../platform/wire.ts";

type Words = { title: string; explanation: string };

export function wordsOf({ kind, why, failure }: EditConflict): Words {
  switch (why) {
    case "deleted_there":
      return {
        title: "Deleted for ever elsewhere",
        explanation:
          "What you changed here was deleted for ever on another device. The change cannot be kept.",
      };
    case "trashed_there":
      return {
        title: "Moved to the trash elsewhere",
        explanation: "What you changed here was moved to the trash on another device.",
      };
    case "name_taken":
      return {
        title: "The name is taken",
        explanation: "Something else got this name meanwhile. Both can stay: yours gets a number.",
      };
    case "place_gone":
      return {
        title: "The folder is gone",
        explanation: "The folder that it should go to was deleted. It can go to the top level instead.",
      };
    case "link_ended":
      return {
        title: "The public link has ended",
        explanation:
          "Its public link was ended on another device. Only a file with a public link can be listed.",
      };
    case "refused":
      return {
        title: "The server refuses this change",
        explanation: failure?.message ?? "The server did not say why.",
      };
    case "changed_there":
      return CHANGED[kind];
  }
}

const ELSEWHERE = "The same was changed on another device since you last saw it. Only one of both can stay.";
const CHANGED: Record<EditConflict["kind"], Words> = {
  rename: { title: "Renamed on both sides", explanation: ELSEWHERE },
  move: { title: "Moved on both sides", explanation: ELSEWHERE },
  describe: { title: "Described on both sides", explanation: ELSEWHERE },
  tag: { title: "Tagged on both sides", explanation: ELSEWHERE },
  trash: {
    title: "Moved to the trash here, changed elsewhere",
    explanation: "It was changed on another device after you last saw it.",
  },
  delete: {
    title: "Deleted for ever here, changed elsewhere",
    explanation: "It was changed or restored on another device after you last saw it.",
  },
  restore: { title: "Changed on both sides", explanation: ELSEWHERE },
  make_folder: { title: "Changed on both sides", explanation: ELSEWHERE },
  make_link: { title: "Changed on both sides", explanation: ELSEWHERE },
  end_link: { title: "Changed on both sides", explanation: ELSEWHERE },
  list: { title: "Changed on both sides", explanation: ELSEWHERE },
  unlist: { title: "Changed on both sides", explanation: ELSEWHERE },
};

export function choiceWords(choice: ConflictChoice, { kind, why }: EditConflict): string {
  if (choice === "keep_both") return "Keep both";
  if (choice === "theirs") {
    if (why === "deleted_there" || why === "link_ended" || why === "refused") return "Forget my change";
    if (why === "trashed_there") return "Leave it in the trash";
    return kind === "trash" || kind === "delete" ? "Keep the file" : "Keep theirs";
  }
  if (why === "trashed_there") return "Restore it";
  if (why === "place_gone") return "Put it at the top level";
  if (why === "refused") return "Try again";
  if (kind === "delete") return "Delete it for ever";
  return kind === "trash" ? "Move it to trash" : "Keep mine";
}

/** A side of it, in words. */
export function sideWords(side: string | null, { kind }: EditConflict): string | null {
  if (side !== "" || side === null) return side;
  return kind === "move" ? "Files (the top level)" : "Nothing";
}
