const UNITS = ["KB", "MB", "GB", "TB", "PB"];

/** A size as people write it, in powers of 1000: "6 KB", "3.1 MB", "840 MB". */
export function formatBytes(count: number): string {
  if (count < 1000) return count === 1 ? "1 byte" : `${count} bytes`;
  const { value, unit } = scale(count);
  return `${value < 9.95 ? Number(value.toFixed(1)) : value.toFixed(0)} ${unit}`;
}

/** "18.4 GB": one digit more, for sums that are looked at for a while. */
export function formatBytesFinely(count: number): string {
  if (count < 1000) return formatBytes(count);
  const { value, unit } = scale(count);
  return `${value < 99.95 ? Number(value.toFixed(1)) : value.toFixed(0)} ${unit}`;
}

/** "1.2 of 1.9 GB": both in the unit of the whole. */
export function formatPart(part: number, whole: number): string {
  if (whole < 1000) return `${part} of ${formatBytes(whole)}`;
  const { factor, unit } = scale(whole);
  const digits = whole / factor < 9.95 ? 1 : 0;
  return `${(part / factor).toFixed(digits)} of ${(whole / factor).toFixed(digits)} ${unit}`;
}

function scale(count: number): { value: number; unit: string; factor: number } {
  let factor = 1000;
  let step = 0;
  while (count / factor >= 999.5 && step + 1 < UNITS.length) {
    factor *= 1000;
    step += 1;
  }
  return { value: count / factor, unit: UNITS[step] ?? "", factor };
}

const NUMBER = new Intl.NumberFormat("en-GB");

export function formatCount(count: number): string {
  // Always grouped by commas, as in the drawn window.
  return NUMBER.format(count);
}

export function formatItems(count: number): string {
  return count === 1 ? "1 item" : `${formatCount(count)} items`;
}

export function formatChanges(count: number): string {
  return count === 1 ? "1 change" : `${formatCount(count)} changes`;
}

export function formatFiles(count: number): string {
  return count === 1 ? "1 file" : `${formatCount(count)} files`;
}
