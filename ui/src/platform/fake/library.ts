// The files of the fake: a small library with the rules that the window relies on.

import type {
  Crumb,
  Failure,
  FolderChoices,
  FolderContents,
  LibraryCounts,
  Moved,
  Node,
  NodeDetails,
  NodeId,
  OfflineDetails,
  OfflineState,
  PublicLink,
  ViewQuery,
  ViewRow,
  ViewSource,
  WasIn,
} from "../wire.ts";
import { PlatformError } from "../types.ts";

export function refuse(code: Failure["code"], message: string): never {
  throw new PlatformError({ code, message, request_id: null });
}

const NAME_TAKEN = "Something in this folder has this name already. Choose another one.";

export class FakeLibrary {
  readonly nodes = new Map<NodeId, Node>();
  readonly links = new Map<NodeId, PublicLink>();
  /** On these, edits wait to be sent. */
  readonly waiting = new Set<NodeId>();
  /** Kept available offline, and how far that is. What lies in a folder is kept with it. */
  readonly pins = new Map<NodeId, OfflineState>();
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

  delete(id: NodeId): void {
    if (this.get(id).trashed_at === null)
      refuse("bad_request", "Only what is in the trash can be deleted for ever.");
    for (const node of this.nodes.values()) if (node.parent === id) this.#remove(node.id);
    this.#remove(id);
  }

  #remove(id: NodeId): void {
    this.nodes.delete(id);
    this.links.delete(id);
  }

  /** Each alone: a name that is taken there is refused. */
  move(moves: WasIn[]): Moved {
    const moved: WasIn[] = [];
    let failure: Failure | null = null;
    for (const { id, folder } of moves) {
      const { name, parent } = this.get(id);
      if (folder !== parent && this.#freeName(folder, name, id) !== name)
        failure ??= { code: "name_taken", message: NAME_TAKEN, request_id: null };
      else {
        this.change(id, { parent: folder });
        moved.push({ id, folder: parent });
      }
    }
    if (failure !== null && moved.length === 0) throw new PlatformError(failure);
    return { moved, failure };
  }

  copy(id: NodeId, folder: NodeId | null): Node {
    const node = this.get(id);
    const copy = { ...node, id: `${id}-copy-${this.#made}`, parent: folder };
    const made = this.add({ ...copy, name: this.#freeName(folder, node.name, null) });
    const children = [...this.nodes.values()].filter(({ parent }) => parent === id);
    for (const child of children) this.copy(child.id, made.id);
    return made;
  }

  weigh(ids: NodeId[]): FolderContents {
    const sum: FolderContents = { items: ids.length, files: 0, bytes: 0 };
    for (const id of ids) {
      const { content } = this.get(id);
      const below = content ? { files: 1, bytes: content.size } : this.#holds(id);
      sum.files += below.files;
      sum.bytes += below.bytes;
    }
    return sum;
  }

  choices(inside: NodeId | null, text: string): FolderChoices {
    const wanted = text.trim().toLowerCase();
    const fits = ({ name, parent }: Node) =>
      wanted === "" ? parent === inside : name.toLowerCase().includes(wanted);
    const folders = [...this.nodes.values()]
      .filter((node) => node.kind === "folder" && node.trashed_at === null && fits(node))
      .map(({ id, name, parent }) => ({ id, name, above: this.path({ kind: "folder", id: parent }) }))
      .toSorted((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
    return { path: wanted === "" ? this.path({ kind: "folder", id: inside }) : [], folders, more: false };
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
      listed: false,
      revision: 1,
    };
    this.links.set(id, link);
    return link;
  }

  list(id: NodeId, listed: boolean): PublicLink {
    const link = { ...this.link(id), listed };
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
    const holds = node.kind === "folder" ? this.#holds(id) : null;
    return { node, link: this.links.get(id) ?? null, holds, offline: this.#offline(node) };
  }

  counts(): LibraryCounts {
    const nodes = [...this.nodes.values()];
    return {
      files: nodes.filter((node) => node.kind === "file" && node.trashed_at === null).length,
      links: this.links.size,
      trashed: nodes.filter((node) => node.trashed_at !== null).length,
      offline: nodes.filter((node) => node.kind === "file" && this.#offline(node)?.state === "kept").length,
    };
  }

  /** What the pinned files use. */
  offlineUsage(): { used: number; kept: number; no_room: number; lacking: number } {
    const all = [...this.nodes.values()].filter((node) => node.kind === "file");
    const of = (state: OfflineState) => all.filter((node) => this.#offline(node)?.state === state);
    const [kept, without] = [of("kept"), of("no_room")];
    return { used: bytes(kept), kept: kept.length, no_room: without.length, lacking: bytes(without) };
  }

  #holds(folder: NodeId): FolderContents {
    const children = [...this.nodes.values()].filter(
      ({ parent, trashed_at }) => parent === folder && !trashed_at,
    );
    const all: FolderContents = { items: children.length, files: 0, bytes: 0 };
    for (const { id, content } of children) {
      const below = content ? { files: 1, bytes: content.size } : this.#holds(id);
      all.files += below.files;
      all.bytes += below.bytes;
    }
    return all;
  }

  #row(node: Node): ViewRow {
    const link = this.links.get(node.id);
    return {
      id: node.id,
      kind: node.kind,
      name: node.name,
      size: node.content?.size ?? null,
      items: node.kind === "folder" ? this.#holds(node.id).items : null,
      modified_at: node.modified_at,
      trashed_at: node.trashed_at,
      link: link ? { views: link.views } : null,
      waiting: this.waiting.has(node.id),
      offline: this.#offline(node)?.state ?? null,
    };
  }

  #offline(node: Node): OfflineDetails | null {
    if (node.trashed_at !== null) return null;
    const own = this.pins.get(node.id);
    const above = node.parent === null ? undefined : this.nodes.get(node.parent);
    const folder = above && this.#offline(above);
    const state = own ?? folder?.state;
    if (state === undefined) return null;
    const pinned = above && this.pins.has(above.id) ? { id: above.id, name: above.name } : null;
    return { state, is_own: own !== undefined, with: pinned ?? folder?.with ?? null, failure: null };
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
      case "available_offline":
        return this.pins.has(node.id);
      case "search": {
        // Filters are the application's: here they hold for everything.
        const text = source.text
          .replace(/\S+:\S+/g, "")
          .trim()
          .toLowerCase();
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

function bytes(nodes: Node[]): number {
  return nodes.reduce((sum, node) => sum + (node.content?.size ?? 0), 0);
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
    if (sort === "link") return sign * ((a.link?.views ?? -1) - (b.link?.views ?? -1));
    if (sort === "size" && a.size !== b.size) return sign * ((a.size ?? 0) - (b.size ?? 0));
    if (sort === "modified" && a.modified_at !== b.modified_at)
      return a.modified_at < b.modified_at ? -sign : sign;
    return (sort === "name" ? sign : 1) * a.name.localeCompare(b.name, "en", { numeric: true });
  };
}
