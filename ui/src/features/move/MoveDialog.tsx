import { FolderPlus } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Button } from "../../components/Button.tsx";
import { Modal, ModalActions } from "../../components/Modal.tsx";
import { TextField } from "../../components/TextField.tsx";
import { wordsFor } from "../../failures/words.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import { failureOf } from "../../platform/types.ts";
import type { Node, NodeId, ViewRow } from "../../platform/wire.ts";
import { type FileActions, subject } from "../files/useFileActions.ts";
import { FolderPicker } from "./FolderPicker.tsx";
import styles from "./MoveDialog.module.css";
import { useFolderPicker } from "./useFolderPicker.ts";

type MoveDialogProps = {
  rows: ViewRow[];
  /** The folder that the list shows; `undefined` where things from many folders are listed. */
  from: NodeId | null | undefined;
  move: FileActions["move"];
  onMoved: () => void;
  onClose: () => void;
};

/** Chooses the folder that things go to. */
export function MoveDialog({ rows, from, move, onMoved, onClose }: MoveDialogProps) {
  const search = useRef<HTMLInputElement>(null);
  const [isMaking, setMaking] = useState(false);
  const [isMoving, setMoving] = useState(false);
  const picker = useFolderPicker({
    moving: new Set(rows.map((row) => row.id)),
    start: from ?? null,
    onChoose: () => void moveHere(),
  });
  const isThere = picker.folder === from;

  async function moveHere() {
    if (isThere || isMoving) return;
    setMoving(true);
    const isDone = await move(rows, picker.folder, picker.name);
    setMoving(false);
    if (!isDone) return;
    onMoved();
    onClose();
  }

  return (
    <Modal open onClose={onClose} title={`Move ${subject(rows)} to…`} initialFocus={search}>
      <FolderPicker picker={picker} field={search} />
      {isMaking && (
        <NewFolderHere
          parent={picker.folder}
          onMade={(folder) => {
            setMaking(false);
            picker.open(folder.id);
            search.current?.focus();
          }}
          onGiveUp={() => {
            setMaking(false);
            search.current?.focus();
          }}
        />
      )}
      <ModalActions>
        <Button
          className={styles.newFolder}
          icon={<FolderPlus aria-hidden />}
          disabled={isMaking}
          onClick={() => {
            setMaking(true);
          }}
        >
          New folder
        </Button>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="primary"
          className={styles.move}
          disabled={isThere || isMoving}
          title={isThere ? "They are in this folder already" : `Move to “${picker.name}”`}
          onClick={() => void moveHere()}
        >
          Move to “{picker.name}”
        </Button>
      </ModalActions>
    </Modal>
  );
}

type NewFolderHereProps = {
  parent: NodeId | null;
  onMade: (folder: Node) => void;
  onGiveUp: () => void;
};

function NewFolderHere({ parent, onMade, onGiveUp }: NewFolderHereProps) {
  const platform = usePlatform();
  const field = useRef<HTMLInputElement>(null);
  const [name, setName] = useState("New folder");
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => {
    field.current?.focus();
  }, []);

  async function make(event: FormEvent) {
    event.preventDefault();
    try {
      onMade(await platform.createFolder(parent, name));
    } catch (thrown) {
      setProblem(wordsFor(failureOf(thrown)).message);
    }
  }

  return (
    <form className={styles.making} onSubmit={(event) => void make(event)}>
      <TextField
        label="Name of the new folder"
        dir="auto"
        problem={problem}
        value={name}
        ref={field}
        onFocus={(event) => {
          event.target.select();
        }}
        onChange={(event) => {
          setName(event.target.value);
          setProblem(null);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          onGiveUp();
        }}
      />
      <Button type="submit">Create</Button>
    </form>
  );
}
