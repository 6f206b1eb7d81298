import { FileArchive, Film, Folder, Image, type LucideIcon } from "lucide-react";
import { kindOf, type KindGroup } from "../../format/names.ts";
import type { Node, NodeKind } from "../../platform/wire.ts";
import styles from "./Preview.module.css";
import { usePicture } from "./usePicture.ts";

const ICONS: Partial<Record<KindGroup, LucideIcon>> = { image: Image, archive: FileArchive, media: Film };

/** The picture that it is; of anything else, a drawing of its kind. */
export function Preview({ node }: { node: Node }) {
  const picture = usePicture(node);
  return (
    <div className={styles.preview} aria-hidden data-picture={picture.isShown || undefined}>
      {!picture.isShown && <Kind kind={node.kind} name={node.name} />}
      {picture.url !== null && (
        <img
          // Its name stands beneath it.
          alt=""
          className={styles.picture}
          hidden={!picture.isShown}
          src={picture.url}
          onLoad={picture.onLoad}
          onError={picture.onError}
        />
      )}
    </div>
  );
}

/** A drawing of what kind of thing it is. */
export function KindPreview({ kind, name }: { kind: NodeKind; name: string }) {
  return (
    <div className={styles.preview} aria-hidden>
      <Kind kind={kind} name={name} />
    </div>
  );
}

function Kind({ kind, name }: { kind: NodeKind; name: string }) {
  const { group } = kindOf(name);
  const Icon = kind === "folder" ? Folder : ICONS[group];
  if (Icon !== undefined) return <Icon className={kind === "folder" ? styles.folder : styles[group]} />;
  return (
    <div className={styles.page}>
      {Array.from({ length: 9 }, (_, line) => (
        <i key={line} />
      ))}
    </div>
  );
}
