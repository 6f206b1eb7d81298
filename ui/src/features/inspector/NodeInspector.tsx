import { RotateCcw, X } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../../components/Button.tsx";
import { formatBytes, formatFiles, formatItems } from "../../format/bytes.ts";
import { formatMoment, formatWhen } from "../../format/times.ts";
import { wordsFor } from "../../failures/words.ts";
import { useDetails } from "../../host/queries.ts";
import { failureOf } from "../../platform/types.ts";
import type { NodeDetails, NodeId } from "../../platform/wire.ts";
import { LinkBox } from "../links/LinkBox.tsx";
import { OfflineBox } from "../offline/OfflineBox.tsx";
import { Checksum } from "./Checksum.tsx";
import { DescriptionField } from "./DescriptionField.tsx";
import styles from "./Inspector.module.css";
import { Preview } from "./Preview.tsx";
import { TagsField } from "./TagsField.tsx";

export type InspectorActions = { onEndLink: () => void; onRestore: () => void; onDelete: () => void };

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

function Details({ details, onEndLink, onRestore, onDelete }: InspectorActions & { details: NodeDetails }) {
  const { node, link } = details;
  return (
    <div className={styles.details}>
      <Preview node={node} />
      <div>
        <h2 className={styles.name} data-selectable>
          <bdi>{node.name}</bdi>
        </h2>
        <DescriptionField key={node.id} node={node} />
      </div>
      {node.kind === "file" && node.trashed_at === null && (
        <LinkBox node={node} link={link} onEnd={onEndLink} />
      )}
      {node.trashed_at === null && <OfflineBox node={node} offline={details.offline} />}
      {node.trashed_at !== null && (
        <div className={styles.trashed}>
          <Button icon={<RotateCcw aria-hidden />} onClick={onRestore}>
            Restore
          </Button>
          <Button icon={<X aria-hidden />} onClick={onDelete}>
            Delete for ever…
          </Button>
        </div>
      )}
      {node.trashed_at === null && <TagsField key={`tags-${node.id}`} node={node} />}
      <Facts details={details} />
    </div>
  );
}

function Facts({ details: { node, holds } }: { details: NodeDetails }) {
  const { content } = node;
  return (
    <dl className={styles.facts}>
      {holds && <Fact name="Holds">{formatItems(holds.items)}</Fact>}
      {holds && (
        <Fact name="In all">
          {formatFiles(holds.files)}, {formatBytes(holds.bytes)}
        </Fact>
      )}
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
