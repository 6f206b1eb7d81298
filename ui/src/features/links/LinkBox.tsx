import { Copy, ExternalLink, Link } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../../components/Button.tsx";
import { Switch } from "../../components/Switch.tsx";
import { formatCount } from "../../format/bytes.ts";
import { useFileActions } from "../files/useFileActions.ts";
import type { Node, PublicLink } from "../../platform/wire.ts";
import { ListedSwitch } from "./ListedSwitch.tsx";
import styles from "./LinkBox.module.css";

type LinkBoxProps = { node: Node; link: PublicLink | null; onEnd: () => void };

export function LinkBox({ node, link, onEnd }: LinkBoxProps) {
  const actions = useFileActions();
  const [isMaking, setMaking] = useState(false);

  async function make() {
    setMaking(true);
    await actions.copyLink(node);
    setMaking(false);
  }

  return (
    <section className={styles.box} aria-label="Public link">
      <div className={styles.row}>
        <Link className={styles.sign} aria-hidden />
        <b>Public link</b>
        <Switch
          label="Public link"
          checked={link !== null || isMaking}
          disabled={isMaking}
          onChange={(wanted) => {
            if (wanted) void make();
            else onEnd();
          }}
        />
      </div>
      {link === null ? (
        <p className={styles.quiet}>{isMaking ? "Making the link…" : "Only you can see this file."}</p>
      ) : (
        <LinkFacts
          link={link}
          onCopy={() => void actions.copyLink(node)}
          onOpen={() => void actions.openLink(node)}
        />
      )}
      {link !== null && <ListedSwitch key={link.slug} link={link} />}
    </section>
  );
}

type LinkFactsProps = { link: PublicLink; onCopy: () => void; onOpen: () => void };

function LinkFacts({ link, onCopy, onOpen }: LinkFactsProps) {
  return (
    <>
      <div className={styles.address}>
        <span className={styles.url} title={link.url} data-selectable>
          {link.url.replace(/^https?:\/\//, "")}
        </span>
        <IconButton label="Copy public link" icon={<Copy aria-hidden />} onClick={onCopy} />
        <IconButton label="Open public page" icon={<ExternalLink aria-hidden />} onClick={onOpen} />
      </div>
      <p>Anyone with the link can view and download</p>
      <dl className={styles.facts}>
        <dt>Views / downloads</dt>
        <dd>
          {formatCount(link.views)} / {formatCount(link.downloads)}
        </dd>
      </dl>
    </>
  );
}
