import { useState } from "react";
import { Button } from "../../components/Button.tsx";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import styles from "./Welcome.module.css";

/** The browser has the word. A browser that did not open can be given the address by hand. */
export function SigningIn({ url }: { url: string }) {
  const platform = usePlatform();
  const attempt = useAttempt();
  const [isCopied, setCopied] = useState(false);

  async function copy() {
    setCopied(await attempt(() => platform.copyText(url)));
  }

  return (
    <>
      <h1 className={styles.title}>Go on in your browser</h1>
      <p className={styles.lead} role="status">
        Sign in on the page that has opened. This window goes on by itself.
      </p>
      <Button size="big" className={styles.wide} onClick={() => void attempt(() => platform.cancelSignIn())}>
        Cancel
      </Button>
      <details className={styles.fallback}>
        <summary>No page has opened?</summary>
        <p>Copy this address and open it in a browser on this computer.</p>
        <div className={styles.address}>
          <input
            readOnly
            aria-label="Address of the sign-in page"
            value={url}
            onFocus={(event) => {
              event.target.select();
            }}
          />
          <Button onClick={() => void copy()}>{isCopied ? "Copied" : "Copy the address"}</Button>
        </div>
      </details>
    </>
  );
}
