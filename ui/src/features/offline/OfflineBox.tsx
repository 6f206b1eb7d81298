import { CircleCheck } from "lucide-react";
import { Switch } from "../../components/Switch.tsx";
import { useFileActions } from "../files/useFileActions.ts";
import box from "../links/LinkBox.module.css";
import type { Node, OfflineDetails } from "../../platform/wire.ts";
import { SENTENCES } from "./offlineWords.ts";

type OfflineBoxProps = { node: Node; offline: OfflineDetails | null };

/** Whether something is kept available offline, and how far that is. */
export function OfflineBox({ node, offline }: OfflineBoxProps) {
  const actions = useFileActions();
  return (
    <section className={box.box} aria-label="Available offline">
      <div className={box.row}>
        <CircleCheck className={box.sign} aria-hidden />
        <b>Available offline</b>
        <Switch
          label="Keep available offline"
          checked={offline !== null}
          onChange={(wanted) => void actions.keepOffline([node], wanted)}
        />
      </div>
      {offline !== null && <State node={node} offline={offline} />}
    </section>
  );
}

function State({ node, offline }: { node: Node; offline: OfflineDetails }) {
  const { state, failure, is_own, with: folder } = offline;
  return (
    <div className={box.quiet}>
      <p>{SENTENCES[node.kind][state]}</p>
      {failure && <p>{failure.message}</p>}
      {!is_own && folder && (
        <p>
          It is kept with the folder <bdi>“{folder.name}”</bdi>.
        </p>
      )}
    </div>
  );
}
