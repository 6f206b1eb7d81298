import { ChevronRight, Folder, Search } from "lucide-react";
import { type RefObject, useEffect, useId, useRef } from "react";
import box from "../../components/SearchBox.module.css";
import type { Crumb } from "../../platform/wire.ts";
import styles from "./FolderPicker.module.css";
import type { FolderPickerState } from "./useFolderPicker.ts";

type FolderPickerProps = { picker: FolderPickerState; field: RefObject<HTMLInputElement | null> };

/** The way down through folders, and a field that finds them anywhere. */
export function FolderPicker({ picker, field }: FolderPickerProps) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const { active, text, folders } = picker;
  const isSearch = text.trim() !== "";

  useEffect(() => {
    list.current?.querySelector("[data-active]")?.scrollIntoView({ block: "nearest" });
  }, [active]);

  return (
    <div className={styles.picker}>
      <Trail path={picker.path} open={picker.open} />
      <div className={box.box}>
        <Search aria-hidden />
        <input
          ref={field}
          role="combobox"
          className={box.input}
          aria-label="Find a folder"
          aria-controls={`${id}-list`}
          aria-expanded
          aria-autocomplete="list"
          aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
          placeholder="Find a folder"
          spellCheck={false}
          autoComplete="off"
          dir="auto"
          value={text}
          onChange={(event) => {
            picker.setText(event.target.value);
          }}
          onKeyDown={picker.onKeyDown}
        />
      </div>
      <div ref={list} className={styles.list}>
        <div id={`${id}-list`} role="listbox" aria-label="Folders">
          {folders.map((choice, index) => (
            // The keyboard stays in the field, which names the option that it stands on.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
            <div
              key={choice.id}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              aria-disabled={!picker.isPlace(choice)}
              data-active={index === active || undefined}
              className={styles.option}
              title={choice.name}
              onMouseDown={(event) => {
                event.preventDefault();
              }}
              onClick={() => {
                if (picker.isPlace(choice)) picker.open(choice.id);
              }}
            >
              <Folder aria-hidden />
              <span className={styles.words}>
                <bdi className={styles.name}>{choice.name}</bdi>
                {isSearch && <span className={styles.above}>{namesOf(choice.above)}</span>}
              </span>
              <ChevronRight aria-hidden />
            </div>
          ))}
        </div>
        {picker.isReady && folders.length === 0 && (
          <div className={styles.nothing}>
            {isSearch ? `No folder fits “${text.trim()}”` : "There are no folders in here"}
          </div>
        )}
        {picker.more && <div className={styles.nothing}>There are more: type a part of the name</div>}
      </div>
    </div>
  );
}

function namesOf(above: Crumb[]): string {
  return ["Files", ...above.map(({ name }) => name)].join(" / ");
}

function Trail({ path, open }: { path: Crumb[]; open: FolderPickerState["open"] }) {
  const trail = [{ id: null, name: "Files" }, ...path];
  return (
    <nav aria-label="Folder to move to" className={styles.trail}>
      {trail.map(({ id, name }, index) =>
        index === trail.length - 1 ? (
          <b key={id} className={styles.here} aria-current="true" title={name}>
            <bdi>{name}</bdi>
          </b>
        ) : (
          <span key={id} className={styles.step}>
            <button
              type="button"
              className={styles.crumb}
              title={name}
              onClick={() => {
                open(id);
              }}
            >
              <bdi>{name}</bdi>
            </button>
            <span aria-hidden>/</span>
          </span>
        ),
      )}
    </nav>
  );
}
