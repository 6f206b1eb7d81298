import { ExternalLink, Globe, Link } from "lucide-react";
import { Button } from "../../components/Button.tsx";
import { formatBytes } from "../../format/bytes.ts";
import { formatMoment } from "../../format/times.ts";
import type { ListedFile } from "../../platform/wire.ts";
import inspector from "../inspector/Inspector.module.css";
import { KindPreview } from "../inspector/Preview.tsx";
import styles from "./PublicFiles.module.css";
import { usePublicActions } from "./usePublicActions.ts";

/** What is known of a public file, and what can be done with it. */
export function PublicDetails({ file }: { file: ListedFile | null }) {
  const actions = usePublicActions();
  if (file === null) {
    return (
      <div className={inspector.nothing}>
        <Globe aria-hidden />
        <p>Select a file to see who shares it, and to open it.</p>
      </div>
    );
  }
  return (
    <div className={inspector.details}>
      <KindPreview kind="file" name={file.name} />
      <div>
        <h2 className={inspector.name} data-selectable>
          <bdi>{file.name}</bdi>
        </h2>
        {file.description !== "" && (
          <p className={styles.description} dir="auto" data-selectable>
            {file.description}
          </p>
        )}
      </div>
      <div className={styles.actions}>
        <Button
          look="primary"
          icon={<ExternalLink aria-hidden />}
          onClick={() => {
            actions.openPage(file);
          }}
        >
          Open public page
        </Button>
        <Button
          icon={<Link aria-hidden />}
          onClick={() => {
            actions.copyLink(file);
          }}
        >
          Copy link
        </Button>
      </div>
      <dl className={inspector.facts}>
        {file.shared_by !== "" && (
          <>
            <dt>Shared by</dt>
            <dd>
              <bdi>{file.shared_by}</bdi>
            </dd>
          </>
        )}
        <dt>Size</dt>
        <dd>{formatBytes(file.size)}</dd>
        <dt>Type</dt>
        <dd>{file.content_type}</dd>
        <dt>Listed</dt>
        <dd>{formatMoment(file.listed_at)}</dd>
      </dl>
    </div>
  );
}
