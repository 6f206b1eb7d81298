import { Search, X } from "lucide-react";
import type { RefObject } from "react";
import { IconButton } from "../../components/Button.tsx";
import { Kbd } from "../../components/Kbd.tsx";
import box from "../../components/SearchBox.module.css";
import styles from "./SearchField.module.css";
import type { SearchText } from "./useSearchText.ts";

type SearchFieldProps = {
  search: SearchText;
  field: RefObject<HTMLInputElement | null>;
  /** What is searched, in words. */
  label?: string;
};

export function SearchField({ search, field, label = "Search all files" }: SearchFieldProps) {
  const { text, setText, end } = search;
  return (
    <div role="search" className={`${box.box} ${styles.search}`}>
      <Search aria-hidden />
      <input
        ref={field}
        className={box.input}
        aria-label={label}
        aria-keyshortcuts="Control+K"
        placeholder={label}
        spellCheck={false}
        dir="auto"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          end();
          event.currentTarget.blur();
        }}
      />
      {text === "" ? (
        <Kbd keys="Ctrl K" />
      ) : (
        <IconButton
          label="End the search"
          icon={<X aria-hidden />}
          onClick={() => {
            end();
            field.current?.focus();
          }}
        />
      )}
    </div>
  );
}
