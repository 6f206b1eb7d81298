import { KeyRound, X } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../../components/Button.tsx";
import { useAppState } from "../../host/queries.ts";
import styles from "./Banner.module.css";

/** Says that the session will not be there next time, where the system has no keyring to keep it in. */
export function SessionOnlyBanner() {
  const [isDismissed, setDismissed] = useState(false);
  const endsWithApp =
    useAppState(({ session }) => session.kind === "signed_in" && session.ends_with_app) ?? false;
  if (!endsWithApp || isDismissed) return null;
  return (
    <div className={styles.banner} role="note">
      <KeyRound aria-hidden />
      <b>You are signed in until you close Notespot</b>
      <span className={styles.text}>This system has no keyring that could keep the session.</span>
      <IconButton
        label="Dismiss"
        icon={<X aria-hidden />}
        onClick={() => {
          setDismissed(true);
        }}
      />
    </div>
  );
}
