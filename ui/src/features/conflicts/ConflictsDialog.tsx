import { useEffect, useRef, useState } from "react";
import { Button } from "../../components/Button.tsx";
import { Modal, ModalActions } from "../../components/Modal.tsx";
import { useConflicts } from "../../host/queries.ts";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { ConflictChoice, EditConflict } from "../../platform/wire.ts";
import styles from "./ConflictsDialog.module.css";
import { choiceWords, sideWords, wordsOf } from "./words.ts";

/** A second click that was meant for the question before is no answer to this one. */
const SETTLING_MS = 300;

/** One conflict after the other, with both sides. What is not decided waits. */
export function ConflictsDialog({ onClose }: { onClose: () => void }) {
  const { data } = useConflicts(true);
  const first = data?.[0];
  if (!first) return null;
  return <Question key={first.id} conflict={first} left={data.length - 1} onClose={onClose} />;
}

type QuestionProps = { conflict: EditConflict; left: number; onClose: () => void };

function Question({ conflict, left, onClose }: QuestionProps) {
  const platform = usePlatform();
  const attempt = useAttempt();
  const later = useRef<HTMLButtonElement>(null);
  const [isSaying, setSaying] = useState(false);
  const shownAt = useRef(Number.POSITIVE_INFINITY);
  useEffect(() => {
    shownAt.current = performance.now();
  }, []);
  const { title, explanation } = wordsOf(conflict);

  async function say(choice: ConflictChoice) {
    if (performance.now() - shownAt.current < SETTLING_MS) return;
    setSaying(true);
    await attempt(() => platform.resolveConflict(conflict.id, choice));
    setSaying(false);
  }

  return (
    <Modal
      open
      isQuestion
      onClose={onClose}
      initialFocus={later}
      title={title}
      description={
        <>
          <bdi className={styles.name}>{conflict.name}</bdi>
          {explanation}
        </>
      }
    >
      <Sides conflict={conflict} />
      {left > 0 && <p className={styles.left}>{left === 1 ? "1 more follows." : `${left} more follow.`}</p>}
      <ModalActions>
        <Button ref={later} onClick={onClose}>
          Decide later
        </Button>
        {conflict.choices.toReversed().map((choice, index, { length }) => (
          <Button
            key={choice}
            look={index === length - 1 ? "primary" : "plain"}
            disabled={isSaying}
            onClick={() => void say(choice)}
          >
            {choiceWords(choice, conflict)}
          </Button>
        ))}
      </ModalActions>
    </Modal>
  );
}

function Sides({ conflict }: { conflict: EditConflict }) {
  const mine = sideWords(conflict.mine, conflict);
  const theirs = sideWords(conflict.theirs, conflict);
  if (mine === null && theirs === null) return null;
  return (
    <dl className={styles.sides}>
      {mine !== null && <Side name="Here" text={mine} />}
      {theirs !== null && <Side name="Elsewhere" text={theirs} />}
    </dl>
  );
}

function Side({ name, text }: { name: string; text: string }) {
  return (
    <div className={styles.side}>
      <dt>{name}</dt>
      <dd>
        <bdi>{text}</bdi>
      </dd>
    </div>
  );
}
