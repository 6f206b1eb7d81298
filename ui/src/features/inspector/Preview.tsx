import { FileArchive, Film, Folder, Image, type LucideIcon } from "lucide-react";
import { kindOf, type KindGroup } from "../../format/names.ts";
import type { NodeKind } from "../../platform/wire.ts";
import styles from "./Preview.module.css";

const ICONS: Partial<Record<KindGroup, LucideIcon>> = { image: Image, archive: FileArchive, media: Film };

/** A drawing of what kind of thing it is. */
export function Preview({ kind, name }: { kind: NodeKind; name: string }) {
  const { group } = kindOf(name);
  const Icon = kind === "folder" ? Folder : ICONS[group];
  return (
    <div className={styles.preview} aria-hidden>
      {Icon === undefined ? (
        <div className={styles.page}>
          {Array.from({ length: 9 }, (_, line) => (
            <i key={line} />
          ))}
        </div>
      ) : (
        <Icon className={kind === "folder" ? styles.folder : styles[group]} />
      )}
    </div>
  );
}
