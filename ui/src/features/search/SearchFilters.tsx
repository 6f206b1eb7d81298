import { Menu } from "@base-ui/react/menu";
import { Check, ChevronDown } from "lucide-react";
import menu from "../../components/Menu.module.css";
import { type Filter, FILTERS, filterIn, withFilter } from "./filters.ts";
import styles from "./SearchFilters.module.css";
import type { SearchText } from "./useSearchText.ts";

/** The filters of a search as buttons, beneath its field. */
export function SearchFilters({ search }: { search: SearchText }) {
  return (
    <div role="toolbar" aria-label="Filters" className={styles.filters}>
      {FILTERS.map((filter) => (
        <FilterMenu key={filter.key} filter={filter} search={search} />
      ))}
    </div>
  );
}

function FilterMenu({ filter, search }: { filter: Filter; search: SearchText }) {
  const { key, label, options } = filter;
  const value = filterIn(search.text, key);
  const chosen = options.find((option) => option.value === value);
  const shown = value === null ? label : (chosen?.label ?? `${label}: ${value}`);
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger
        className={styles.filter}
        data-set={value !== null || undefined}
        aria-label={value === null ? label : `${label}: ${shown}`}
      >
        {shown}
        <ChevronDown aria-hidden />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className={menu.positioner} align="start" sideOffset={4}>
          <Menu.Popup className={menu.popup}>
            <Menu.RadioGroup
              value={value ?? ""}
              onValueChange={(next: string) => {
                search.setText(withFilter(search.text, key, next === "" ? null : next));
              }}
            >
              {[{ value: "", label: "Any" }, ...options].map((option) => (
                <Menu.RadioItem
                  key={option.value}
                  value={option.value}
                  className={menu.item}
                  closeOnClick
                  label={option.label}
                >
                  <Menu.RadioItemIndicator keepMounted className={styles.check}>
                    <Check aria-hidden />
                  </Menu.RadioItemIndicator>
                  {option.label}
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
