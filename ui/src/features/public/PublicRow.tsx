import { memo } from "react";
import { FileName } from "../../components/FileName.tsx";
import { KindBadge } from "../../components/KindBadge.tsx";
import { formatBytes } from "../../format/bytes.ts";
import { formatMoment, formatWhen } from "../../format/times.ts";
import type { ListedFile } from "../../platform/wire.ts";
import list from "../files/FileList.module.css";
import styles from "./PublicFiles.module.css";

export const COLUMNS = [
  { id: "name", label: "Name" },
  { id: "owner", label: "Shared by" },
  { id: "size", label: "Size" },
  { id: "listed", label: "Listed" },
] as const;

type PublicRowProps = {
  file: ListedFile;
  index: number;
  /** Pixels from the top of the list. */
  top: number;
  isSelected: boolean;
};

export const publicRowId = (index: number) => `public-row-${index}`;

export const PublicRow = memo(function PublicRow({ file, index, top, isSelected }: PublicRowProps) {
  return (
    <div
      role="row"
      id={publicRowId(index)}
      // The header is the first row of the grid.
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-index={index}
      data-cursor={isSelected || undefined}
      className={`${list.row} ${styles.columns}`}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div role="gridcell" className={list.cell} data-column="name">
        <span className={list.name}>
          <KindBadge kind="file" name={file.name} />
          <FileName name={file.name} />
        </span>
      </div>
      <div role="gridcell" className={list.cell} data-column="owner">
        <bdi>{file.shared_by}</bdi>
      </div>
      <div role="gridcell" className={list.cell} data-column="size">
        {formatBytes(file.size)}
      </div>
      <div role="gridcell" className={list.cell} data-column="listed">
        <time dateTime={file.listed_at} title={formatMoment(file.listed_at)}>
          {formatWhen(file.listed_at)}
        </time>
      </div>
    </div>
  );
});
