import { Menu } from "@base-ui/react/menu";
import { LogOut } from "lucide-react";
import menu from "../../components/Menu.module.css";
import { MenuEntry } from "../../components/MenuEntry.tsx";
import { useAppState } from "../../host/queries.ts";
import styles from "./Sidebar.module.css";

export function AccountMenu({ onSignOut }: { onSignOut: () => void }) {
  const me = useAppState(({ session }) => (session.kind === "signed_in" ? session.me : null));
  if (!me) return null;
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className={styles.entry} title={me.email ?? me.name} aria-label={`Account of ${me.name}`}>
        <span className={styles.avatar} data-letter={Array.from(me.name)[0]?.toLocaleUpperCase() ?? "?"} />
        <bdi className={`${styles.label} ${styles.person}`}>{me.name}</bdi>
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className={menu.positioner} side="top" align="start" sideOffset={6}>
          <Menu.Popup className={menu.popup}>
            {me.email !== null && <p className={styles.email}>Signed in as {me.email}</p>}
            <MenuEntry icon={<LogOut aria-hidden />} label="Sign out" onChoose={onSignOut} />
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
