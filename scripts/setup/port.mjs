// Who has a port before we take it.

import { connect } from "node:net";

/**
 * Who answers at an address such as `http://127.0.0.1:4800`.
 *
 * @param {string} address
 * @returns {Promise<"nobody" | "notespot" | "something else">}
 */
export async function whoListens(address) {
  const { hostname, port } = new URL(address);
  if (!(await accepts(hostname.replace(/^\[|\]$/g, ""), Number(port)))) return "nobody";
  try {
    const answer = await fetch(new URL("/.well-known/notespot.json", address), { signal: AbortSignal.timeout(2000) });
    const { product } = await answer.json();
    return product === "notespot" ? "notespot" : "something else";
  } catch {
    return "something else";
  }
}

function accepts(host, port) {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 });
    const end = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("timeout", () => end(true));
    socket.once("error", () => end(false));
  });
}
