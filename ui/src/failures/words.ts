// What each failure is called, how grave it is, and what the person can do about it at once.

import type { ErrorCode, Failure } from "../platform/wire.ts";

export type Severity = "silent" | "warning" | "error";
export type FailureAction = "none" | "check_server" | "sign_in" | "refresh";

type Words = {
  /** A heading; the failure's own message says the rest. */
  title: string;
  severity: Severity;
  action: FailureAction;
};

const WORDS: Record<ErrorCode, Words> = {
  bad_request: { title: "That did not work", severity: "error", action: "none" },
  invalid_name: { title: "This name cannot be used", severity: "warning", action: "none" },
  name_taken: { title: "This name is taken", severity: "warning", action: "none" },
  not_found: { title: "It is not there any more", severity: "warning", action: "refresh" },
  wrong_kind: { title: "That works with files only", severity: "warning", action: "none" },
  not_signed_in: { title: "You are signed out", severity: "warning", action: "sign_in" },
  forbidden: { title: "You may not do that", severity: "warning", action: "none" },
  account_banned: { title: "Your account is banned", severity: "error", action: "none" },
  stale_revision: { title: "It was changed elsewhere", severity: "warning", action: "refresh" },
  too_large: { title: "That is more than the server allows", severity: "warning", action: "none" },
  quota_exceeded: { title: "Your storage is full", severity: "warning", action: "none" },
  upload_incomplete: { title: "The upload is incomplete", severity: "error", action: "none" },
  checksum_mismatch: { title: "The bytes arrived changed", severity: "error", action: "none" },
  upload_ended: { title: "The upload has ended", severity: "warning", action: "none" },
  reference_taken: { title: "This upload is another file's", severity: "error", action: "none" },
  proof_refused: { title: "The file could not be compared", severity: "error", action: "none" },
  link_ended: { title: "The public link has ended", severity: "warning", action: "refresh" },
  rate_limited: { title: "Too many requests", severity: "warning", action: "none" },
  changes_expired: { title: "The list is being filled again", severity: "warning", action: "none" },
  unavailable: { title: "The server is busy", severity: "warning", action: "check_server" },
  internal: { title: "Something went wrong", severity: "error", action: "none" },
  server_unreachable: { title: "You are offline", severity: "warning", action: "check_server" },
  not_a_notespot_server: { title: "This is no Notespot server", severity: "error", action: "check_server" },
  sign_in_failed: { title: "Signing in did not work", severity: "warning", action: "sign_in" },
  browser_unavailable: { title: "Your browser did not open", severity: "warning", action: "none" },
  file_missing: { title: "The file is not there any more", severity: "warning", action: "none" },
  file_access: { title: "The file cannot be opened", severity: "warning", action: "none" },
  file_changed: { title: "The file changed while it was read", severity: "warning", action: "none" },
  disk_full: { title: "The disk is full", severity: "error", action: "none" },
  target_exists: { title: "A file with this name is there", severity: "warning", action: "none" },
  library_unavailable: { title: "The list cannot be read", severity: "error", action: "refresh" },
  clipboard_unavailable: { title: "Nothing was copied", severity: "warning", action: "none" },
  not_offline: { title: "It is not on this computer", severity: "warning", action: "check_server" },
  kept_with_folder: { title: "It is kept with its folder", severity: "warning", action: "none" },
  no_program: { title: "Nothing opened", severity: "warning", action: "none" },
  cancelled: { title: "Cancelled", severity: "silent", action: "none" },
};

export function wordsFor(failure: Failure): Words & { message: string } {
  const words = WORDS[failure.code];
  const known = failure.request_id === null ? "" : ` (request ${failure.request_id})`;
  const message = failure.code === "internal" ? failure.message + known : failure.message;
  return { ...words, message };
}
