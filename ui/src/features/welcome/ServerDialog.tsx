import { type FormEvent, useRef, useState } from "react";
import { Button } from "../../components/Button.tsx";
import { Modal, ModalActions } from "../../components/Modal.tsx";
import { TextField } from "../../components/TextField.tsx";
import { wordsFor } from "../../failures/words.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import { failureOf } from "../../platform/types.ts";

export function ServerDialog({ address, onClose }: { address: string; onClose: () => void }) {
  const platform = usePlatform();
  const field = useRef<HTMLInputElement>(null);
  const [url, setUrl] = useState(address);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  async function goOver(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    try {
      await platform.switchServer(url.trim());
      onClose();
    } catch (thrown) {
      setProblem(wordsFor(failureOf(thrown)).message);
      setBusy(false);
      field.current?.focus();
    }
  }

  return (
    <Modal open onClose={onClose} title="Use another server" initialFocus={field}>
      <form onSubmit={(event) => void goOver(event)}>
        <TextField
          ref={field}
          label="Address"
          hint="Whoever runs the server knows it. It begins with https:// or http://."
          inputMode="url"
          problem={problem}
          value={url}
          onFocus={(event) => {
            event.target.select();
          }}
          onChange={(event) => {
            setUrl(event.target.value);
            setProblem(null);
          }}
        />
        <ModalActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={isBusy || url.trim() === ""}>
            Use this server
          </Button>
        </ModalActions>
      </form>
    </Modal>
  );
}
