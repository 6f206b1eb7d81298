// Prints the tables of docs/scale-100-million.md from named assumptions, which are in docs/scale-model/assumptions.mjs.
//
//   node docs/scale-model.mjs           prints them
//   node docs/scale-model.mjs --write   writes them into the document
//   node docs/scale-model.mjs --check   ends with 1 where the document has others

import { readFileSync, writeFileSync } from "node:fs";
import {
  code,
  daily,
  limits,
  owned,
  PEAK,
  people,
  server,
  shard,
  storage,
  USERS,
} from "./scale-model/assumptions.mjs";
import { bill } from "./scale-model/cost.mjs";
import { bsonBytes, collections, counts, entryBytes, indexes, rows } from "./scale-model/documents.mjs";
import * as load from "./scale-model/load.mjs";

const DOCUMENT = new URL("scale-100-million.md", import.meta.url);

/** As it is built, and with what is changed when it breaks: see the document. */
const asBuilt = load.calls();
const changed = load.calls({ pollSecs: 300, heartbeatReads: 0 });

const UNITS = [[1e15, "P"], [1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]]; // prettier-ignore
const round = (value) => (value >= 100 ? Math.round(value) : Number(value.toPrecision(2)));
function short(value, unit = "") {
  const [by, letter] = UNITS.find(([least]) => value >= least) ?? [1, ""];
  const space = letter || unit ? " " : "";
  return `${round(value / by)}${space}${letter}${unit}`;
}
const inBytes = (value) => short(value, "B");
const dollars = (value) =>
  `${Math.round(value / 1000).toLocaleString("en-US")},000`.replace(/^0,000$/, "under 1,000");
const table = (head, lines) =>
  [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
const percent = (share) => `${Number((share * 100).toPrecision(3))} %`;

const tables = {
  assumptions: () =>
    table(["Assumed", "", ""], [
      ["registered", short(USERS), ""],
      ["active in a month, in a day", `${percent(people.activeInAMonth)}, ${percent(people.activeInADay)}`, `${short(USERS * people.activeInAMonth)}, ${short(USERS * people.activeInADay)}`],
      ["with the app open in the busiest minute", percent(people.openAtPeak), short(load.open)],
      ["files, folders of each registered user", `${owned.files}, ${owned.folders}`, `${short(counts.files)}, ${short(counts.folders)}`],
      ["versions of a file; a file's size", `${owned.versionsOfAFile}; ${inBytes(owned.fileBytes)}`, `${inBytes(load.bytes.stored)} in all`],
      ["links that live, that were ever made", `${owned.livingLinks}, ${owned.links}`, short(counts.links)],
      ["a day, each active user: uploads (in calls)", `${daily.uploads} (${daily.uploadCalls})`, `${short(USERS * people.activeInADay * daily.uploads)} a day`],
      ["… edits (in calls), new folders, new links", `${daily.edits} (${daily.editCalls}), ${daily.newFolders}, ${daily.newLinks}`, ""],
      ["… own downloads (in calls)", `${daily.ownDownloads} (${daily.ownDownloadCalls})`, ""],
      ["… of what they share: pages opened, downloads", `${daily.pageViews}, ${daily.publicDownloads} of ${inBytes(daily.publicDownloadBytes)}`, ""],
      ["the busiest minute beside the day's average", `${PEAK} times`, "for all but open apps"],
      ["compression of documents, fill of index pages", `to ${storage.blockCompression}, ${storage.pageFill}`, ""],
      ["one shard: disk, cache, statements a second", `${inBytes(shard.diskBytes)}, ${inBytes(shard.cacheBytes)}, ${short(shard.statements)}`, "to be measured"],
      ["one server: event streams, requests a second", `${short(server.streams)}, ${short(server.requests)}`, "see bench/results/server.md"],
    ]), // prettier-ignore
  documents: () => {
    const all = collections();
    const line = (one) => [
      `\`${one.name}\``, short(one.documents), inBytes(one.each), inBytes(one.bson), inBytes(one.disk), inBytes(one.index),
    ]; // prettier-ignore
    const sum = (field) => inBytes(all.reduce((total, one) => total + one[field], 0));
    const total = ["**all**", "", "", sum("bson"), sum("disk"), sum("index")];
    const head = ["Collection", "Documents", "Each", "As BSON", "On disk", "Indexes"];
    return table(head, [...all.map(line), total]);
  },
  fields: () =>
    table(
      ["Document", "Bytes"],
      Object.entries(rows).map(([name, fields]) => [name, bsonBytes(fields)]),
    ),
  indexes: () => {
    const lines = Object.entries(indexes).flatMap(([collection, all]) =>
      Object.entries(all).map(([name, [entries, fields]]) => [
        `\`${collection}\``, name, short(entries), round(entryBytes(fields)), inBytes(entries * entryBytes(fields)),
      ]),
    ); // prettier-ignore
    return table(["Collection", "Index", "Entries", "Bytes each", "All"], lines);
  },
  calls: () => {
    const line = ([name, [rate, reads, writes]]) => [
      name, short(rate), reads, writes, short(rate * reads), short(rate * writes),
    ]; // prettier-ignore
    const { calls, reads, writes } = load.sums(asBuilt);
    const head = ["Calls", "A second", "Reads each", "Writes each", "Reads a second", "Writes a second"];
    const total = ["**all** (calls without heartbeats)", short(calls), "", "", short(reads), short(writes)];
    return table(head, [...Object.entries(asBuilt).map(line), total]);
  },
  shards: () => {
    const statements = ({ reads, writes }) => reads + writes;
    const each = [asBuilt, changed].map((all) => load.shards(statements(load.sums(all))));
    const line = (name, value) => [name, ...each.map(value)];
    return table(["Shards by", "As built", "Changed"], [
      line("disk", (one) => `${one.disk}: ${inBytes(one.bytes)}`),
      line("memory, of what is touched in a day", (one) => `${one.memory}: ${inBytes(one.hot)}`),
      line("statements", (one) => one.statements),
      line("**needed**", (one) => `**${one.most}**`),
    ]); // prettier-ignore
  },
  servers: () => {
    const each = [load.servers(asBuilt, true), load.servers(changed, false)];
    const line = (name, field) => [name, ...each.map((one) => one[field])];
    return table(["Servers by", "As built", "Changed"], [
      line(`event streams: ${short(load.open)}`, "streams"),
      line("requests", "requests"),
      line(`public downloads, in and out: ${short(load.bytes.publicBitsASecond * 2, "bit/s")}`, "network"),
      line("**needed**", "most"),
    ]); // prettier-ignore
  },
  objects: () =>
    table(["Object store", "", "Beside"], [
      ["objects", short(load.bytes.objects), "no limit of a bucket"],
      ["bytes", inBytes(load.bytes.stored), ""],
      ["PUT a second, at the peak", short(load.bytes.puts), `${limits.s3PutsOfAPrefix} for each partition`],
      ["GET a second, at the peak", short(load.bytes.gets), `${limits.s3GetsOfAPrefix} for each partition`],
      ["LIST a second, at the peak", short(load.bytes.lists), ""],
      ["in, at the peak", short(load.bytes.inBitsASecond, "bit/s"), "past the servers"],
      ["out to owners, a month", inBytes(load.bytes.ownOutAMonth), "past the servers"],
      ["out to the public, a month; at the peak", `${inBytes(load.bytes.publicOutAMonth)}; ${short(load.bytes.publicBitsASecond, "bit/s")}`, "through the servers"],
      ["deleted a second, on average", short(load.bytes.deletedASecond), `${code.deletedAtOnce} at once, by one sweep`],
    ]), // prettier-ignore
  streams: () => {
    const many = load.servers(asBuilt, true).most;
    const { most } = load.shards(0);
    const entries = load.documentsWritten / most;
    return table(["Change streams", ""], [
      ["revisions a second, at the peak", short(load.revisionsASecond)],
      [`told to ${many} servers: events a second`, short(load.revisionsASecond * many)],
      [`of those, that somebody at a server listens for: 1 in`, short(many)],
      [`oplog entries a second on each of ${most} shards`, short(entries)],
      [`… looked at by ${many} streams`, short(entries * many)],
    ]); // prettier-ignore
  },
  bounds: () => {
    const { bounds } = load;
    const { most } = load.shards(0);
    const forUsers = (openApps) => `${short(openApps / people.openAtPeak)} registered`;
    return table(["One part", "Is enough for", ""], [
      ["open apps that ask, on one shard with nothing else to do", short(bounds.openAppsOfAShard), forUsers(bounds.openAppsOfAShard)],
      ["… with the first change below", short(bounds.openAppsOfAShardChanged), forUsers(bounds.openAppsOfAShardChanged)],
      ["deletions a second, of all servers together", short(bounds.deletionsOfASweep), `${short((USERS * bounds.deletionsOfASweep) / load.bytes.deletedASecond)} registered`],
      ["views a second of one link", short(bounds.viewsOfALink), "each an increment of one document"],
      [`a page of the catalogue, on ${most} shards`, `${short(bounds.catalogueEntries * most)} entries read`, ""],
      ["a server that restarts: streams opened again a second, elsewhere", short(bounds.reopenedASecond), ""],
    ]); // prettier-ignore
  },
  clerk: () =>
    table(["Clerk", "A second", "Limit"], [
      ["refreshed tokens, at the peak", short(load.clerk.refreshes), "of the Frontend API: not published"],
      ["opaque tokens, each asked about once a minute", short(load.clerk.opaque), `${load.clerk.limit} (1,000 in 10 s)`],
      ["keys, asked for by each server once an hour", short(load.servers(asBuilt).most / 3600), ""],
    ]), // prettier-ignore
  cost: () => {
    const [first, second] = [bill(asBuilt, true), bill(changed, false)];
    const lines = first.map(([what, sum, source], at) => {
      const other = second[at][2] === source ? source : `${source}. Changed: ${second[at][2]}`;
      return [what, dollars(sum), dollars(second[at][1]), other];
    });
    const sum = (all) => all.reduce((total, [, amount]) => total + amount, 0);
    const total = ["**all**", `**${dollars(sum(first))}**`, `**${dollars(sum(second))}**`, ""];
    const each = (all) => `${round((sum(all) / (USERS * people.activeInAMonth)) * 100)} cents`;
    const one = ["for each user who is active in the month", each(first), each(second), ""];
    return table(["Dollars a month", "As built", "Changed", "Price from"], [...lines, total, one]);
  },
};

/** The document with the tables of this model in it. */
function filled(text) {
  return text.replace(/<!-- model: (\w+) -->[^]*?<!-- end -->/g, (whole, name) => {
    const made = tables[name];
    if (!made) throw new Error(`The document asks for a table that there is not: ${name}`);
    return `<!-- model: ${name} -->\n\n${made()}\n\n<!-- end -->`;
  });
}

const what = process.argv[2];
if (what === "--write" || what === "--check") {
  const before = readFileSync(DOCUMENT, "utf8");
  const after = filled(before);
  if (what === "--write") writeFileSync(DOCUMENT, after);
  if (what === "--check" && after !== before) {
    console.error(
      "docs/scale-100-million.md has other tables than the model: run node docs/scale-model.mjs --write",
    );
    process.exitCode = 1;
  }
} else {
  console.log(Object.values(tables).map((made) => made()).join("\n\n")); // prettier-ignore
}
