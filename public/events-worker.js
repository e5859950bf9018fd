// One event stream for all tabs of a browser. HTTP/1.1 gives a host six connections, and a tab that kept one for
// itself would leave none for the seventh. Runs as a SharedWorker; where there is none, as a tab's own Worker.
// Tabs send { kind: 'hello', username, silenceMs }, 'retry', 'signed-out' or 'bye'; they get 'state' and 'event'.

const minDelayMs = 1000;
const maxDelayMs = 10_000;
/** A cut stream is told as a loss after this, unless it is known by then that the session has ended. */
const patienceMs = 400;
const eventKinds = ['snapshot', 'operation', 'audit'];

/** Tabs, each with how long a silence it takes for a loss (null: there is nothing that would be heard). */
const tabs = new Map();
let username = null;
let source = null;
let state = { kind: 'connecting' };
let lastHeardAt = 0;
let delayMs = minDelayMs;
let timer = 0;
/** The newest snapshot of each cluster, for a tab that joins between two. */
const newest = new Map();

function tell(message) {
  for (const tab of tabs.keys()) tab.postMessage(message);
}

function become(next) {
  state = next;
  tell({ kind: 'state', state });
}

function heard() {
  lastHeardAt = Date.now();
  delayMs = minDelayMs;
  if (state.kind !== 'live') become({ kind: 'live' });
}

function open() {
  close();
  source = new EventSource('/api/v1/events');
  lastHeardAt = Date.now();
  source.addEventListener('open', heard);
  source.addEventListener('error', () => void lose());
  for (const kind of eventKinds) source.addEventListener(kind, (event) => pass(kind, event));
}

function close() {
  clearTimeout(timer);
  source?.close();
  source = null;
}

function pass(event, { data }) {
  heard();
  const message = { kind: 'event', event, data };
  if (event === 'snapshot') newest.set(JSON.parse(data).name, message);
  tell(message);
}

/** The stream does not say why it ended, so ask once: gone, signed out, or merely cut. The loss is told before the cause. */
async function lose(silent = false) {
  close();
  const cause = silent ? 'silent' : 'cut';
  const soon = setTimeout(() => become({ kind: 'lost', cause }), silent ? 0 : patienceMs);
  const found = await findCause();
  clearTimeout(soon);
  if (source !== null) return;
  if (found === 'signed-out') return become({ kind: 'signed-out' });
  become({ kind: 'lost', cause: found ?? cause });
  timer = setTimeout(open, delayMs);
  delayMs = Math.min(delayMs * 1.7, maxDelayMs);
}

async function findCause() {
  try {
    const answer = await fetch('/api/v1/session', {
      cache: 'no-store',
      redirect: 'manual',
      signal: AbortSignal.timeout(4000),
    });
    if (answer.status === 401) return 'signed-out';
    return answer.ok ? null : 'failing';
  } catch {
    return 'unreachable';
  }
}

function silenceMs() {
  const limits = [...tabs.values()].filter((limit) => limit !== null);
  return limits.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...limits);
}

setInterval(() => {
  if (source !== null && state.kind === 'live' && Date.now() - lastHeardAt > silenceMs()) void lose(true);
}, 500);

function receive(tab, message) {
  switch (message.kind) {
    case 'hello': {
      tabs.set(tab, message.silenceMs);
      const another = username !== message.username;
      username = message.username;
      if (another) newest.clear();
      if (another || state.kind !== 'live') open();
      tab.postMessage({ kind: 'state', state });
      for (const snapshot of newest.values()) tab.postMessage(snapshot);
      return;
    }
    case 'retry':
      delayMs = minDelayMs;
      return open();
    case 'signed-out':
      close();
      newest.clear();
      return become({ kind: 'signed-out' });
    case 'bye':
      tabs.delete(tab);
      if (tabs.size === 0) {
        close();
        state = { kind: 'connecting' };
      }
  }
}

if ('onconnect' in self) {
  self.addEventListener('connect', ({ ports: [tab] }) => {
    tab.addEventListener('message', ({ data }) => receive(tab, data));
    tab.start();
  });
} else {
  self.addEventListener('message', ({ data }) => receive(self, data));
}
