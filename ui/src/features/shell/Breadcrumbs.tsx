import { Fragment } from "react";
import type { Crumb, ViewSource } from "../../platform/wire.ts";
import { dropOn } from "../move/rowDrag.ts";
import type { Places } from "./places.ts";
import styles from "./TopBar.module.css";

type BreadcrumbsProps = { source: ViewSource; path: Crumb[]; go: Places["go"] };

export function Breadcrumbs({ source, path, go }: BreadcrumbsProps) {
  const trail = [{ id: null, name: "Files" }, ...path];
  if (source.kind !== "folder") {
    return <h1 className={styles.crumbs}>{titleOf(source, path)}</h1>;
  }
  return (
    <nav aria-label="Folder" className={styles.crumbs}>
      {trail.map((crumb, index) => {
        const isLast = index === trail.length - 1;
        if (isLast) {
          return (
            <h1 key={crumb.id} className={styles.here} aria-current="page" title={crumb.name}>
              <bdi>{crumb.name}</bdi>
            </h1>
          );
        }
        const next = trail[index + 1]?.id ?? undefined;
        return (
          <Fragment key={crumb.id}>
            <button
              type="button"
              className={styles.crumb}
              title={crumb.name}
              {...dropOn({ kind: "folder", id: crumb.id, name: crumb.name })}
              onClick={() => {
                go({ kind: "folder", id: crumb.id }, next);
              }}
            >
              <bdi>{crumb.name}</bdi>
            </button>
            <span aria-hidden className={styles.slash}>
              /
            </span>
          </Fragment>
        );
      })}
    </nav>
  );
}

/** What a place is called: in the top bar, over the drop, and by a screen reader. */
export function titleOf(source: ViewSource, path: Crumb[]): string {
  switch (source.kind) {
    case "folder":
      return path.at(-1)?.name ?? "Files";
    case "recent":
      return "Recent";
    case "shared_links":
      return "Shared links";
    case "available_offline":
      return "Available offline";
    case "trash":
      return "Trash";
    case "search":
      return "Search results";
  }
}
