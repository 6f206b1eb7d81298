import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { keys } from "../../host/keys.ts";
import { useAttempt } from "../../host/useAttempt.ts";
import type { Node, NodeDetails, NodeId } from "../../platform/wire.ts";

/**
 * Changes a node and shows at once what became of it, so that the next change begins from there. A failure is shown as
 * a toast. Answers whether it went well.
 */
export function useNodeChange(id: NodeId): (work: () => Promise<Node>) => Promise<boolean> {
  const queries = useQueryClient();
  const attempt = useAttempt();
  return useCallback(
    (work) =>
      attempt(async () => {
        const node = await work();
        queries.setQueryData<NodeDetails>(keys.details(id), (details) => details && { ...details, node });
      }),
    [attempt, queries, id],
  );
}
