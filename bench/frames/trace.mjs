// What a page's main thread did in each frame, by Chromium's trace (the events of its Performance panel).

/** Tasks in which scripts run. What else begins inside of them is theirs too. */
const SCRIPTING = new Set([
  "FunctionCall", "EvaluateScript", "v8.run", "FireAnimationFrame", "TimerFire", "EventDispatch", "RunMicrotasks",
  "HandlePostMessage", "XHRReadyStateChange", "FireIdleCallback",
]);
/** The browser's own work on what scripts changed; also where a script asks for a size, and has to wait for it. */
const RENDERING = new Set(["UpdateLayoutTree", "Layout", "PrePaint", "Paint", "Layerize", "Commit", "HitTest"]);

/** Milliseconds of our own code (by the clock, and of CPU), and of style, layout and painting, for each frame. */
export function framesOf(events) {
  const begins = events.filter((event) => event.name === "BeginMainThreadFrame");
  const thread = mostCommon(begins.map(({ pid, tid }) => `${pid} ${tid}`));
  const here = events.filter(({ pid, tid }) => `${pid} ${tid}` === thread);
  const starts = here.filter(({ name }) => name === "BeginMainThreadFrame").map(({ ts }) => ts).toSorted((a, b) => a - b);
  const [scripting, rendering] = [outermost(here, SCRIPTING), outermost(here, RENDERING)];
  const inScripts = rendering.filter(({ from }) => scripting.some((script) => script.from <= from && from < script.to));
  const sum = (takes) => {
    const waited = perFrame(starts, inScripts, takes);
    return perFrame(starts, scripting, takes).map((took, frame) => took - waited[frame]);
  };
  return {
    own: sum(wall),
    ownCpu: sum(({ cpu }) => cpu),
    rendering: perFrame(starts, rendering, wall),
    frames: starts.length,
  };
}

const wall = ({ from, to }) => to - from;

/** Events of these names that lie in no other of them, in order. */
function outermost(events, names) {
  const found = events
    .filter(({ ph, name, dur }) => ph === "X" && dur > 0 && names.has(name))
    .map(({ ts, dur, tdur }) => ({ from: ts, to: ts + dur, cpu: tdur ?? Number.NaN }))
    .toSorted((a, b) => a.from - b.from || b.to - a.to);
  const outer = [];
  for (const span of found) if (span.from >= (outer.at(-1)?.to ?? -Infinity)) outer.push(span);
  return outer;
}

function perFrame(starts, spansInOrder, takes) {
  const sums = new Array(Math.max(0, starts.length - 1)).fill(0);
  let frame = 0;
  for (const span of spansInOrder) {
    while (frame + 1 < sums.length && starts[frame + 1] <= span.from) frame += 1;
    if (span.from >= starts[0] && frame < sums.length) sums[frame] += takes(span) / 1000;
  }
  return sums;
}

export function percentile(values, percent) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(((sorted.length - 1) * percent) / 100)] ?? Number.NaN;
}

function mostCommon(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0];
}
