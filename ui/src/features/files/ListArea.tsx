import type { UseQueryResult } from "@tanstack/react-query";
import { type ComponentProps, useState } from "react";
import { Button } from "../../components/Button.tsx";
import { wordsFor } from "../../failures/words.ts";
import { failureOf } from "../../platform/types.ts";
import type { OpenedView, ViewSource } from "../../platform/wire.ts";
import { EmptyList } from "./EmptyList.tsx";
import empty from "./EmptyList.module.css";
import { FileList } from "./FileList.tsx";
import { ListLoading } from "./ListLoading.tsx";

type ListAreaProps = Omit<ComponentProps<typeof FileList>, "view"> & { view: UseQueryResult<OpenedView> };

/** The list, or what stands in its place: it is read, it is empty, it could not be read. */
export function ListArea({ view, ...list }: ListAreaProps) {
  const { source } = list.places.query;
  // Another text is the same search: its old rows stay until the new ones are there.
  const [lastSearch, setLastSearch] = useState<OpenedView | null>(null);
  if (source.kind === "search" && view.data && view.data !== lastSearch) setLastSearch(view.data);
  if (source.kind !== "search" && lastSearch !== null) setLastSearch(null);

  const opened = view.data ?? (source.kind === "search" ? lastSearch : null);
  if (view.error && !view.data) {
    const words = wordsFor(failureOf(view.error));
    return (
      <div className={empty.empty} role="alert">
        <h2 className={empty.title}>{words.title}</h2>
        <p>{words.message}</p>
        <Button onClick={() => void view.refetch()}>Try again</Button>
      </div>
    );
  }
  if (!opened) return <ListLoading />;
  if (opened.total === 0) return <EmptyList source={source} onUpload={list.actions.upload} />;
  return <FileList key={identityOf(source)} view={opened} {...list} />;
}

function identityOf(source: ViewSource): string {
  return source.kind === "folder" ? `folder:${source.id ?? ""}` : source.kind;
}
