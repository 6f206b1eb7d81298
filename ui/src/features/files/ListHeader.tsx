import { ArrowDown, ArrowUp } from "lucide-react";
import type { ViewQuery } from "../../platform/wire.ts";
import type { Places } from "../shell/places.ts";
import { type Column, columnsOf } from "./columns.ts";
import styles from "./FileList.module.css";

type ListHeaderProps = { query: ViewQuery; sortBy: Places["sortBy"] };

export function ListHeader({ query, sortBy }: ListHeaderProps) {
  return (
    <div role="rowgroup" className={styles.head}>
      <div role="row" aria-rowindex={1} className={styles.columns}>
        {columnsOf(query.source).map((column) => (
          <HeaderCell key={column.id} column={column} query={query} sortBy={sortBy} />
        ))}
      </div>
    </div>
  );
}

function HeaderCell({ column, query, sortBy }: ListHeaderProps & { column: Column }) {
  const { sort, label, id } = column;
  const isSorted = sort !== null && sort === query.sort;
  const Arrow = query.order === "ascending" ? ArrowUp : ArrowDown;
  return (
    <div
      role="columnheader"
      className={styles.headCell}
      data-column={id}
      aria-sort={isSorted ? query.order : "none"}
    >
      {sort === null ? (
        label
      ) : (
        <button
          type="button"
          className={styles.sortButton}
          onClick={() => {
            sortBy(sort);
          }}
        >
          {label}
          {isSorted && <Arrow aria-hidden />}
        </button>
      )}
    </div>
  );
}
