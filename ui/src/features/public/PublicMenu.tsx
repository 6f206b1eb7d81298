import { ContextMenu } from "@base-ui/react/context-menu";
import { ExternalLink, Link } from "lucide-react";
import type { RefObject } from "react";
import menu from "../../components/Menu.module.css";
import { MenuEntry } from "../../components/MenuEntry.tsx";
import type { ListedFile } from "../../platform/wire.ts";
import type { PublicActions } from "./usePublicActions.ts";

type PublicMenuProps = {
  file: ListedFile | null;
  actions: PublicActions;
  /** Has the keyboard when the menu is closed. */
  returnFocus: RefObject<HTMLElement | null>;
};

export function PublicMenu({ file, actions, returnFocus }: PublicMenuProps) {
  if (file === null) return null;
  return (
    <ContextMenu.Portal>
      <ContextMenu.Positioner className={menu.positioner}>
        <ContextMenu.Popup className={menu.popup} finalFocus={returnFocus}>
          <MenuEntry
            icon={<ExternalLink aria-hidden />}
            label="Open public page"
            keys="Enter"
            onChoose={() => {
              actions.openPage(file);
            }}
          />
          <MenuEntry
            icon={<Link aria-hidden />}
            label="Copy link"
            keys="Ctrl L"
            onChoose={() => {
              actions.copyLink(file);
            }}
          />
        </ContextMenu.Popup>
      </ContextMenu.Positioner>
    </ContextMenu.Portal>
  );
}
