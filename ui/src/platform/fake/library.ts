// The files of the fake: a small library with the rules that the window relies on.

import type {
  Crumb,
  Failure,
  LibraryCounts,
  Node,
  NodeDetails,
  NodeId,
  PublicLink,
  ViewQuery,
  ViewRow,
  ViewSource,
} from "../wire.ts";
import { PlatformError } from "../types.ts";

export function refuse(code: Failure["code"], message: string): never {
  throw new PlatformError({ code, message, request_id: null });
}

export class FakeLibrary {
  readonly nodes = new Map<NodeId, Node>();
  readonly links = new Map<NodeId, PublicLink>();
  #made = 0;

  add(node: Omit<Node, "id" | "revision" | "tags"> & { id?: NodeId }): Node {
    this.#made += 1;
    const whole: Node = { id: `made-${this.#made}`, tags: [], revision: this.#made, ...node };
    this.nodes.set(whole.id, whole);
    return whole;
  }

  get(id: NodeId): Node {
    return this.nodes.get(id) ?? refuse("not_found", "This file is not there any more.");
  }

  change(id: NodeId, change: Partial<Node>): Node {
    const node = { ...this.get(id), ...change, modified_at: new Date().toISOString() };
    this.nodes.set(id, node);
    return node;
  }

  rename(id: NodeId, name: string): Node {
    checkName(name);
    return this.change(id, { name: this.#freeName(this.get(id).parent, name, id) });
  }

  createFolder(parent: NodeId | null, name: string): Node {
    checkName(name);
    const now = new Date().toISOString();
    return this.add({
      parent,
      kind: "folder",
      name: this.#freeName(parent, name, null),
      description: "",
      content: null,
      created_at: now,
      modified_at: now,
      trashed_at: null,
    });
  }

  link(id: NodeId): PublicLink {
    const node = this.get(id);
    if (node.kind === "folder")
      refuse("wrong_kind", "Folders cannot have a public link yet. Share a file instead.");
    const link: PublicLink = this.links.get(id) ?? {
      slug: `s${id}`,
      url: `https://notespot.app/s/k7Qm2x${id}`,
      node: id,
      created_at: new Date().toISOString(),
      ended_at: null,
      views: 0,
      downloads: 0,
      revision: 1,
    };
    this.links.set(id, link);
    return link;
  }

  rows(query: ViewQuery): ViewRow[] {
    const rows = [...this.nodes.values()].filter((node) => this.#isIn(node, query.source));
    return rows.map((node) => this.#row(node)).toSorted(comparing(query));
  }

  path(source: ViewSource): Crumb[] {
    const path: Crumb[] = [];
    let id = source.kind === "folder" ? source.id : null;
    while (id !== null) {
      const folder = this.get(id);
      path.unshift({ id, name: folder.name });
      id = folder.parent;
    }
    return path;
  }

  details(id: NodeId): NodeDetails {
    const node = this.get(id);
    return { node, link: this.links.get(id) ?? null, items: this.#row(node).items };
  }

  counts(): LibraryCounts {
    const nodes = [...this.nodes.values()];
    return {
      files: nodes.filter((node) => node.kind === "file" && node.trashed_at === null).length,
      links: this.links.size,
      trashed: nodes.filter((node) => node.trashed_at !== null).length,
    };
  }

  #row(node: Node): ViewRow {
    const link = this.links.get(node.id);
    const children = [...this.nodes.values()].filter(
      ({ parent, trashed_at }) => parent === node.id && !trashed_at,
    );
    return {
      id: node.id,
      kind: node.kind,
      name: node.name,
      size: node.content?.size ?? null,
      items: node.kind === "folder" ? children.length : null,
      modified_at: node.modified_at,
      trashed_at: node.trashed_at,
      link: link ? { views: link.views } : null,
    };
  }

  #isIn(node: Node, source: ViewSource): boolean {
    if (source.kind === "trash") return node.trashed_at !== null;
    if (node.trashed_at !== null) return false;
    switch (source.kind) {
      case "folder":
        return node.parent === source.id;
      case "recent":
        return node.kind === "file";
      case "shared_links":
        return this.links.has(node.id);
      case "search": {
        const text = source.text.toLowerCase();
        return `${node.name}\n${node.description}`.toLowerCase().includes(text);
      }
    }
  }

  #freeName(parent: NodeId | null, name: string, self: NodeId | null): string {
    const taken = new Set(
      [...this.nodes.values()]
        .filter((node) => node.parent === parent && node.id !== self)
        .map((node) => node.name),
    );
    for (let number = 2; taken.has(name); number += 1)
      name = name.replace(/( \(\d+\))?(\.[^.]+)?$/, ` (${number})$2`);
    return name;
  }
}

function checkName(name: string): void {
  if (name.trim() === "") refuse("invalid_name", "A name cannot be empty.");
  if (name.includes("/")) refuse("invalid_name", "A name cannot contain a slash (/).");
  if (new TextEncoder().encode(name).length > 255)
    refuse("invalid_name", "A name can have at most 255 bytes.");
}

function comparing({ sort, order }: ViewQuery): (a: ViewRow, b: ViewRow) => number {
  const sign = order === "ascending" ? 1 : -1;
  return (a, b) => {
    if (a.kind !== b.kind) return a.kind === "folder" ? -1 : 1;
    if (sort === "size" && a.size !== b.size) return sign * ((a.size ?? 0) - (b.size ?? 0));
    if (sort === "modified" && a.modified_at !== b.modified_at)
      return a.modified_at < b.modified_at ? -sign : sign;
    return (sort === "name" ? sign : 1) * a.name.localeCompare(b.name, "en", { numeric: true });
  };
}
