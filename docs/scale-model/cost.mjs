// What it costs a month, at list prices.

import { people, prices, USERS } from "./assumptions.mjs";
import { bytes, open, servers, shards, sums } from "./load.mjs";

const HOURS = 730;
const GB = 1e9;

/** Capacity units of load balancers: whichever of bytes, connections and new ones needs the most. */
function loadBalancers(publicThroughServers) {
  const gbAnHour = publicThroughServers ? bytes.publicOutAMonth / GB / HOURS : 0;
  const connections = open / 3000;
  const newConnections = open / 3600 / 25;
  return Math.max(gbAnHour, connections, newConnections) * prices.lcuHour[0] * HOURS;
}

function clerk(users) {
  let [below, sum] = [0, 0];
  for (const [upTo, price] of prices.clerk) {
    sum += Math.max(0, Math.min(users, upTo) - below) * price;
    below = upTo;
  }
  return sum;
}

/** Lines of the bill: [what, dollars a month, where the price is from]. */
export function bill(all, publicThroughServers) {
  const { reads, writes } = sums(all);
  const { most, bytes: stored } = shards(reads + writes);
  const publicGb = bytes.publicOutAMonth / GB;
  const publicPrice = publicThroughServers ? prices.outGb : prices.cdnGb;
  return [
    ["S3, bytes kept", (bytes.stored / GB) * prices.s3.gbMonth[0], prices.s3.gbMonth[1]],
    ["S3, PUT and LIST", bytes.putsAMonth * prices.s3.put[0], prices.s3.put[1]],
    ["S3, GET and HEAD", bytes.getsAMonth * prices.s3.get[0], prices.s3.get[1]],
    ["own downloads, S3 to the internet", (bytes.ownOutAMonth / GB) * prices.outGb[0], prices.outGb[1]],
    ["public downloads to the internet", publicGb * publicPrice[0], publicPrice[1]],
    [
      "servers",
      servers(all, publicThroughServers).most * prices.serverHour[0] * HOURS,
      prices.serverHour[1],
    ],
    ["load balancers", loadBalancers(publicThroughServers), prices.lcuHour[1]],
    ["Atlas, shards", most * prices.atlasHour[0] * HOURS, prices.atlasHour[1]],
    ["Atlas, disk and backup", (stored / GB) * prices.atlasGbMonth[0], prices.atlasGbMonth[1]],
    ["Clerk", clerk(USERS * people.activeInAMonth), prices.clerkSource],
  ]; // prettier-ignore
}
