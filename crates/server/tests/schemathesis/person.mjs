// A person who signs in at the local identity provider, as the app has it done: OAuth's code flow with PKCE.

import { createHash, randomBytes } from "node:crypto";

/** Where the app would listen for the browser. Nobody does: the address is read, not opened. */
const CALLBACK = "http://127.0.0.1:1/callback";

/** Signs somebody in who has an account, and gives the access token: it may do everything for an hour. */
export async function signIn(server, email, password) {
  const { oauth_client_id: client_id } = await (await fetch(`${server}/.well-known/notespot.json`)).json();
  const code_verifier = randomBytes(32).toString("base64url");
  const request = new URLSearchParams({
    response_type: "code",
    client_id,
    redirect_uri: CALLBACK,
    state: randomBytes(16).toString("base64url"),
    code_challenge: createHash("sha256").update(code_verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const code = await throughForms(new URL(`${server}/oauth/authorize?${request}`), { email, password });
  const form = { grant_type: "authorization_code", client_id, code, code_verifier, redirect_uri: CALLBACK };
  const answer = await fetch(`${server}/oauth/token`, { method: "POST", body: new URLSearchParams(form) });
  if (!answer.ok) throw new Error(`There is no token: ${answer.status} ${await answer.text()}`);
  return (await answer.json()).access_token;
}

/** Fills in the forms that come, and follows redirects, until one leads back to the app. */
async function throughForms(url, typed) {
  const cookies = new Map();
  let body;
  // Sign-in, consent and a redirect or two.
  for (let step = 0; step < 6; step += 1) {
    const headers = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") };
    const answer = await fetch(url, { method: body ? "POST" : "GET", body, headers, redirect: "manual" });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      cookies.set(name, value);
    }
    const location = answer.headers.get("location");
    if (location?.startsWith(CALLBACK)) return new URL(location).searchParams.get("code");
    if (location) {
      [url, body] = [new URL(location, url), undefined];
    } else {
      [url, body] = filled(await answer.text(), url, typed);
    }
  }
  throw new Error(`Signing in leads nowhere: ${url}`);
}

/** The first form of a page: where it is sent, and with what. */
function filled(page, url, typed) {
  const form = /<form[\s\S]*?<\/form>/.exec(page)?.[0];
  if (!form) throw new Error(`There is no form at ${url}:\n${page}`);
  const fields = new URLSearchParams();
  for (const [tag] of form.matchAll(/<input [^>]*>/g)) {
    const [name, value] = [attribute(tag, "name"), attribute(tag, "value")];
    if (name) fields.set(name, typed[name] ?? value ?? "");
  }
  return [new URL(attribute(form, "action"), url), fields];
}

function attribute(tag, name) {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];
  return value?.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(code)).replaceAll("&amp;", "&");
}
