import { CloudOff, Globe, SearchX } from "lucide-react";
import { Button } from "../../components/Button.tsx";
import { wordsFor } from "../../failures/words.ts";
import { failureOf } from "../../platform/types.ts";
import empty from "../files/EmptyList.module.css";
import { ListLoading } from "../files/ListLoading.tsx";
import { PublicList } from "./PublicList.tsx";
import { type ReadSoFar, usePublicFiles } from "./usePublicFiles.ts";
import type { PublicPlace } from "./usePublicPlace.ts";

type PublicFilesProps = {
  place: PublicPlace;
  /** Pixels at the end that something covers. */
  coveredPx: number;
};

/** Everybody's public files, or what stands in their place. */
export function PublicFiles({ place, coveredPx }: PublicFilesProps) {
  const read = usePublicFiles(place.searched);
  const { files, error } = read;
  if (files === undefined) return error ? <NotRead error={error} read={read} /> : <ListLoading />;
  if (files.length === 0) return <NothingListed search={place.searched} read={read} />;
  return <PublicList key={place.searched} files={files} read={read} place={place} coveredPx={coveredPx} />;
}

function NotRead({ error, read }: { error: Error; read: ReadSoFar }) {
  const failure = failureOf(error);
  const isOffline = failure.code === "server_unreachable";
  const words = wordsFor(failure);
  return (
    <div className={empty.empty} role={isOffline ? "status" : "alert"}>
      {isOffline && <CloudOff aria-hidden />}
      <h2 className={empty.title}>{isOffline ? "Public files need a connection" : words.title}</h2>
      <p>
        {isOffline
          ? "They come from the server, which cannot be reached at the moment. Your own files are here."
          : words.message}
      </p>
      <Button disabled={read.isReading} onClick={read.tryAgain}>
        Try again
      </Button>
    </div>
  );
}

function NothingListed({ search, read }: { search: string; read: ReadSoFar }) {
  if (read.hasMore) {
    return (
      <div className={empty.empty} role="status">
        <SearchX aria-hidden />
        <h2 className={empty.title}>Nothing found so far</h2>
        <p>There is more to look through.</p>
        <Button disabled={read.isReading} onClick={read.readOn}>
          Look further
        </Button>
      </div>
    );
  }
  return (
    <div className={empty.empty} role="status">
      {search === "" ? <Globe aria-hidden /> : <SearchX aria-hidden />}
      <h2 className={empty.title}>
        {search === "" ? "Nothing is listed yet" : `Nothing found for “${search}”`}
      </h2>
      <p>
        {search === ""
          ? "Files that people share with everybody are listed here. To list one of yours, turn on List in public files below its public link."
          : "Names of public files were searched. Try fewer letters."}
      </p>
    </div>
  );
}
