import { type FormEvent, useRef, useState } from "react";
import { Button } from "../../components/Button.tsx";
import { Modal, ModalActions } from "../../components/Modal.tsx";
import { TextField } from "../../components/TextField.tsx";
import { wordsFor } from "../../failures/words.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import { failureOf } from "../../platform/types.ts";
import type { Node, NodeId } from "../../platform/wire.ts";

type NewFolderDialogProps = {
  parent: NodeId | null;
  onMade: (folder: Node) => void;
  onClose: () => void;
};

export function NewFolderDialog({ parent, onMade, onClose }: NewFolderDialogProps) {
  const platform = usePlatform();
  const field = useRef<HTMLInputElement>(null);
  const [name, setName] = useState("New folder");
  const [problem, setProblem] = useState<string | null>(null);

  async function make(event: FormEvent) {
    event.preventDefault();
    try {
      onMade(await platform.createFolder(parent, name));
      onClose();
    } catch (thrown) {
      setProblem(wordsFor(failureOf(thrown)).message);
      field.current?.focus();
    }
  }

  return (
    <Modal open onClose={onClose} title="New folder" initialFocus={field}>
      <form onSubmit={(event) => void make(event)}>
        <TextField
          ref={field}
          label="Name"
          dir="auto"
          problem={problem}
          value={name}
          onFocus={(event) => {
            event.target.select();
          }}
          onChange={(event) => {
            setName(event.target.value);
            setProblem(null);
          }}
        />
        <ModalActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit">
            Create
          </Button>
        </ModalActions>
      </form>
    </Modal>
  );
}
