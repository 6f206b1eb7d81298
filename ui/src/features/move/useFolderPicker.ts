// Which folder is looked into, what was typed, and what the keys do.

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useState } from "react";
import { keys } from "../../host/keys.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { Crumb, FolderChoice, NodeId } from "../../platform/wire.ts";

type FolderPickerOptions = {
  /** What is being moved: it, and all that is in it, is no place to go to. */
  moving: ReadonlySet<NodeId>;
  start: NodeId | null;
  /** The folder that is looked into is the one. */
  onChoose: () => void;
};

export type FolderPickerState = {
  /** The folder that is looked into; `null` for the top level. */
  folder: NodeId | null;
  /** What it is called. */
  name: string;
  path: Crumb[];
  text: string;
  folders: FolderChoice[];
  more: boolean;
  isReady: boolean;
  /** The place of the folder that the keyboard stands on; -1 for none. */
  active: number;
  isPlace: (choice: FolderChoice) => boolean;
  setText: (text: string) => void;
  open: (folder: NodeId | null) => void;
  onKeyDown: (event: KeyboardEvent) => void;
};

export function useFolderPicker({ moving, start, onChoose }: FolderPickerOptions): FolderPickerState {
  const platform = usePlatform();
  const [folder, setFolder] = useState(start);
  const [text, setTypedText] = useState("");
  const [stoodOn, setStoodOn] = useState(-1);
  const inside = useQuery({
    queryKey: keys.folders(folder, ""),
    queryFn: () => platform.chooseFolder(folder, ""),
    gcTime: 0,
  });
  const found = useQuery({
    queryKey: keys.folders(null, text),
    queryFn: () => platform.chooseFolder(null, text),
    enabled: text.trim() !== "",
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  const isSearch = text.trim() !== "";
  const shown = isSearch ? found.data : inside.data;
  const folders = shown?.folders ?? [];
  const path = inside.data?.path ?? [];
  const active = Math.min(stoodOn, folders.length - 1);

  const isPlace = ({ id, above }: FolderChoice) =>
    !moving.has(id) && !above.some((crumb) => moving.has(crumb.id));

  const open = (next: NodeId | null) => {
    setFolder(next);
    setTypedText("");
    setStoodOn(-1);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const choice = folders[active];
    if (event.key === "ArrowDown") setStoodOn(Math.min(folders.length - 1, active + 1));
    else if (event.key === "ArrowUp") setStoodOn(Math.max(-1, active - 1));
    else if (event.key === "Enter" && choice) {
      if (isPlace(choice)) open(choice.id);
    } else if (event.key === "Enter") onChoose();
    else if (event.key === "Backspace" && text === "" && folder !== null) open(path.at(-2)?.id ?? null);
    else return;
    event.preventDefault();
  };

  return {
    folder,
    name: path.at(-1)?.name ?? "Files",
    path,
    text,
    folders,
    more: shown?.more ?? false,
    isReady: shown !== undefined,
    active,
    isPlace,
    setText: (typed) => {
      setTypedText(typed);
      // What fits best is one key away.
      setStoodOn(typed.trim() === "" ? -1 : 0);
    },
    open,
    onKeyDown,
  };
}
