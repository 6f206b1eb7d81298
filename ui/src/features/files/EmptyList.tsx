import {
  ArrowUpFromLine,
  CircleCheck,
  Clock,
  FolderOpen,
  Link,
  LoaderCircle,
  type LucideIcon,
  SearchX,
  Trash2,
} from "lucide-react";
import { Button } from "../../components/Button.tsx";
import { formatCount } from "../../format/bytes.ts";
import { useAppState } from "../../host/queries.ts";
import type { ViewSource } from "../../platform/wire.ts";
import styles from "./EmptyList.module.css";

type Words = { icon: LucideIcon; title: string; text: string };

function wordsFor(source: ViewSource): Words {
  switch (source.kind) {
    case "folder":
      return source.id === null
        ? {
            icon: ArrowUpFromLine,
            title: "Drop a file here",
            text: "It is uploaded, and one click makes a public link.",
          }
        : { icon: FolderOpen, title: "This folder is empty", text: "Drop files here, or use Upload." };
    case "recent":
      return { icon: Clock, title: "Nothing recent", text: "Files that you add or change are listed here." };
    case "shared_links":
      return {
        icon: Link,
        title: "No public links",
        text: "Right-click a file and choose Copy public link. The file is then listed here.",
      };
    case "available_offline":
      return {
        icon: CircleCheck,
        title: "Nothing is kept offline",
        text: "Right-click a file or folder and choose Keep available offline. It then opens without a network.",
      };
    case "trash":
      return { icon: Trash2, title: "The trash is empty", text: "What you delete stays here for 30 days." };
    case "search":
      return {
        icon: SearchX,
        title: `Nothing found for “${source.text}”`,
        text: "Names, descriptions and tags were searched. Try fewer letters, or another filter.",
      };
  }
}

export function EmptyList({ source, onUpload }: { source: ViewSource; onUpload: () => void }) {
  const received =
    useAppState(({ sync }) => (sync.status.kind === "filling" ? sync.status.received : null)) ?? null;
  if (received !== null) {
    return (
      <div className={styles.empty} role="status">
        <LoaderCircle className={styles.turning} aria-hidden />
        <h2 className={styles.title}>Receiving your files</h2>
        <p>{formatCount(received)} so far</p>
      </div>
    );
  }
  const { icon: Icon, title, text } = wordsFor(source);
  return (
    <div className={styles.empty}>
      <Icon aria-hidden />
      <h2 className={styles.title}>{title}</h2>
      <p>{text}</p>
      {source.kind === "folder" && <Button onClick={onUpload}>Choose files…</Button>}
    </div>
  );
}
