// Light or dark: the person's choice, or the system's.

export type ThemeChoice = "system" | "light" | "dark";

const KEPT_AS = "notespot.theme";
const SYSTEM_IS_DARK = "(prefers-color-scheme: dark)";

export function themeChoice(): ThemeChoice {
  const kept = localStorage.getItem(KEPT_AS);
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function chooseTheme(choice: ThemeChoice): void {
  if (choice === "system") localStorage.removeItem(KEPT_AS);
  else localStorage.setItem(KEPT_AS, choice);
  applyTheme();
}

/** Shows the theme, and follows the system's from now on where that is the choice. */
export function startTheme(): void {
  applyTheme();
  matchMedia(SYSTEM_IS_DARK).addEventListener("change", applyTheme);
}

function applyTheme(): void {
  const choice = themeChoice();
  const system = matchMedia(SYSTEM_IS_DARK).matches ? "dark" : "light";
  document.documentElement.dataset["theme"] = choice === "system" ? system : choice;
}
