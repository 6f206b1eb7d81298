import { RotateCcw } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../../components/Button.tsx";
import { formatBytes, formatItems } from "../../format/bytes.ts";
import { formatMoment, formatWhen } from "../../format/times.ts";
import { wordsFor } from "../../failures/words.ts";
import { useDetails } from "../../host/queries.ts";
import { failureOf } from "../../platform/types.ts";
import type { NodeDetails, NodeId } from "../../platform/wire.ts";
import { LinkBox } from "../links/LinkBox.tsx";
import { Checksum } from "./Checksum.tsx";
import { DescriptionField } from "./DescriptionField.tsx";
import styles from "./Inspector.module.css";
import { Preview } from "./Preview.tsx";

export type InspectorActions = { onEndLink: () => void; onRestore: () => void };

export function NodeInspector({ id, ...actions }: InspectorActions & { id: NodeId }) {
  const { data, error } = useDetails(id);
  if (error) {
    const words = wordsFor(failureOf(error));
    return (
      <div className={styles.nothing} role="alert">
        <h2 className={styles.name}>{words.title}</h2>
        <p>{words.message}</p>
      </div>
    );
  }
  if (!data) return <div className={styles.nothing} aria-busy />;
  return <Details details={data} {...actions} />;
}

function Details({ details, onEndLink, onRestore }: InspectorActions & { details: NodeDetails }) {
  const { node, link } = details;
  return (
    <div className={styles.details}>
      <Preview kind={node.kind} name={node.name} />
      <div>
        <h2 className={styles.name} data-selectable>
          <bdi>{node.name}</bdi>
        </h2>
        <DescriptionField key={node.description} node={node} />
      </div>
      {node.kind === "file" && node.trashed_at === null && (
        <LinkBox node={node} link={link} onEnd={onEndLink} />
      )}
      {node.trashed_at !== null && (
        <Button icon={<RotateCcw aria-hidden />} onClick={onRestore}>
          Restore
        </Button>
      )}
      <Facts details={details} />
    </div>
  );
}

function Facts({ details: { node, items } }: { details: NodeDetails }) {
  const { content } = node;
  return (
    <dl className={styles.facts}>
      {items !== null && <Fact name="Holds">{formatItems(items)}</Fact>}
      {content && <Fact name="Size">{formatBytes(content.size)}</Fact>}
      {content && <Fact name="Type">{content.content_type}</Fact>}
      <Fact name={content ? "Uploaded" : "Created"}>
        {formatMoment(content?.uploaded_at ?? node.created_at)}
      </Fact>
      <Fact name="Modified">{formatWhen(node.modified_at)}</Fact>
      {node.trashed_at !== null && <Fact name="Deleted">{formatMoment(node.trashed_at)}</Fact>}
      {content && (
        <Fact name="SHA-256">
          <Checksum sha256={content.sha256} />
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
