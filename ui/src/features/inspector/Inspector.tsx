import { Info, Layers } from "lucide-react";
import { formatBytes, formatItems } from "../../format/bytes.ts";
import { bytesOf, onlyOne, type Selection } from "../files/selection.ts";
import styles from "./Inspector.module.css";
import { type InspectorActions, NodeInspector } from "./NodeInspector.tsx";

type InspectorProps = InspectorActions & { selection: Selection };

/** What is known of what is selected. */
export function Inspector({ selection, ...actions }: InspectorProps) {
  const one = onlyOne(selection);
  if (one !== undefined) return <NodeInspector key={one.id} id={one.id} {...actions} />;
  if (selection.size === 0) {
    return (
      <div className={styles.nothing}>
        <Info aria-hidden />
        <p>Select a file to see its details and its public link.</p>
      </div>
    );
  }
  return (
    <div className={styles.nothing}>
      <Layers aria-hidden />
      <h2 className={styles.name}>{formatItems(selection.size)} selected</h2>
      <p>{formatBytes(bytesOf(selection))} in files</p>
    </div>
  );
}
