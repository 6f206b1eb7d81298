import { useState } from "react";
import { Button } from "../../components/Button.tsx";
import { Mark } from "../../components/Mark.tsx";
import { wordsFor } from "../../failures/words.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import { failureOf } from "../../platform/types.ts";
import type { Failure, ServerState, SessionState } from "../../platform/wire.ts";
import { ServerDialog } from "./ServerDialog.tsx";
import { ServerLine } from "./ServerLine.tsx";
import { SigningIn } from "./SigningIn.tsx";
import styles from "./Welcome.module.css";

type WelcomeProps = { session: Exclude<SessionState, { kind: "signed_in" }>; server: ServerState };

/** All that is seen before somebody is signed in. */
export function Welcome({ session, server }: WelcomeProps) {
  if (session.kind === "starting") return <Starting />;
  return (
    <main className={styles.welcome}>
      <div className={styles.column}>
        <Mark size="big" />
        {session.kind === "signing_in" ? (
          <SigningIn url={session.url} />
        ) : (
          <SignedOut reason={session.reason} server={server} />
        )}
      </div>
    </main>
  );
}

function Starting() {
  return (
    <main className={styles.welcome}>
      <div className={styles.column} role="status">
        <Mark size="big" />
        <p className={styles.lead}>Opening your files</p>
      </div>
    </main>
  );
}

function SignedOut({ reason, server }: { reason: Failure | null; server: ServerState }) {
  const platform = usePlatform();
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [isChoosing, setChoosing] = useState(false);
  const shown = failure ?? reason;

  async function signIn() {
    setBusy(true);
    setFailure(null);
    try {
      await platform.signIn();
    } catch (thrown) {
      setFailure(failureOf(thrown));
    }
    setBusy(false);
  }

  return (
    <>
      <h1 className={styles.title}>Share a file in one drop</h1>
      <p className={styles.lead}>Sign in once in your browser. Your files stay listed here, even offline.</p>
      {shown && <FailureNote failure={shown} />}
      <Button
        look="primary"
        size="big"
        className={styles.wide}
        disabled={isBusy}
        onClick={() => void signIn()}
      >
        Sign in with your browser
      </Button>
      <Button
        size="big"
        className={`${styles.wide} ${styles.other}`}
        onClick={() => {
          setChoosing(true);
        }}
      >
        Use another server…
      </Button>
      <ServerLine server={server} />
      {isChoosing && (
        <ServerDialog
          address={server.url}
          onClose={() => {
            setChoosing(false);
          }}
        />
      )}
    </>
  );
}

function FailureNote({ failure }: { failure: Failure }) {
  const words = wordsFor(failure);
  if (words.severity === "silent") return null;
  return (
    <div role="alert" className={styles.note}>
      <b>{words.title}</b>
      <p>{words.message}</p>
    </div>
  );
}
