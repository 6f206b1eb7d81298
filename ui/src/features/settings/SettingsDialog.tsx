import { Radio } from "@base-ui/react/radio";
import { RadioGroup } from "@base-ui/react/radio-group";
import { useState } from "react";
import { Button } from "../../components/Button.tsx";
import { Modal, ModalActions } from "../../components/Modal.tsx";
import { useAppState } from "../../host/queries.ts";
import { OfflineSettings } from "./OfflineSettings.tsx";
import styles from "./SettingsDialog.module.css";
import { TransferSettings } from "./TransferSettings.tsx";
import { chooseTheme, type ThemeChoice, themeChoice } from "./theme.ts";

const THEMES: { value: ThemeChoice; label: string }[] = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

type SettingsDialogProps = { onClose: () => void; onUseServer: () => void; onRemoveAll: () => void };

export function SettingsDialog({ onClose, onUseServer, onRemoveAll }: SettingsDialogProps) {
  const server = useAppState((state) => state.server);
  const [theme, setTheme] = useState(themeChoice);
  return (
    <Modal open onClose={onClose} title="Settings">
      <section className={styles.section}>
        <h3 id="settings-theme">Appearance</h3>
        <RadioGroup
          className={styles.themes}
          aria-labelledby="settings-theme"
          value={theme}
          onValueChange={(value: ThemeChoice) => {
            setTheme(value);
            chooseTheme(value);
          }}
        >
          {THEMES.map(({ value, label }) => (
            <label key={value} className={styles.theme}>
              <Radio.Root value={value} className={styles.radio}>
                <Radio.Indicator className={styles.dot} />
              </Radio.Root>
              {label}
            </label>
          ))}
        </RadioGroup>
      </section>
      <TransferSettings />
      <OfflineSettings onRemoveAll={onRemoveAll} />
      <section className={styles.section}>
        <h3>Server</h3>
        <div className={styles.server}>
          <span data-selectable>{server?.url}</span>
          <Button onClick={onUseServer}>Use another server…</Button>
        </div>
      </section>
      <section className={styles.section}>
        <h3>About</h3>
        <p>Notespot {import.meta.env.VITE_APP_VERSION}. Drop a file, get a public link.</p>
      </section>
      <ModalActions>
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      </ModalActions>
    </Modal>
  );
}
