/** So many lines of one start tell why it failed; what is above them is its beginning. */
const MAX_LINES = 30;
const MAX_CHARS = 400;

/** mariadbd's first line of each start, in the words of 10.x and of 11.x. */
const BEGINNING = /starting as process \d+|Starting MariaDB .* as process \d+/;
/** Of every severity the provider and the scripts of a state transfer tell what matters; of the rest errors alone. */
const TELLING = [
  /\[ERROR\]/,
  /\[Warning\] WSREP/,
  /\b(?:SST|IST)\b/,
  /State transfer|failed to reach primary view|Reversing history|inconsisten|got signal \d+|Aborting/i,
];
/** What every start on one host or on loopback says. */
const USUAL = /wsrep_sst_receive_address is set to|Could not open state file for reading|access file\(.*gvwstate/;

/** What a command line or a statement in the log may hold, as "key=value", "--key value" and in an address. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/((?:password|passwd|auth|secret|token)["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s;,]+)/gi, '$1***'],
  [/(--?(?:password|passwd|auth|secret|token)[ =]+)("[^"]*"|'[^']*'|[^\s;,]+)/gi, '$1***'],
  [/(IDENTIFIED\s+(?:BY|VIA|WITH)\b).*$/gi, '$1 ***'],
  [/(\/\/[^\s/:@]+:)[^\s/@]+@/g, '$1***@'],
];

/**
 * The lines of an error log, or of its end, that tell why a node does not start or join: those of the last start, the newest
 * last, each cut to a few hundred characters, secrets taken out.
 */
export function tellingLines(text: string): string[] {
  const telling = linesOfLastStart(text).filter(
    (line) => TELLING.some((pattern) => pattern.test(line)) && !USUAL.test(line),
  );
  // A node that waits repeats itself for hours.
  const fresh = telling.filter((line, index) => withoutTime(line) !== withoutTime(telling[index + 1] ?? ''));
  return fresh.slice(-MAX_LINES).map((line) => withoutSecrets(line.trimEnd()).slice(0, MAX_CHARS));
}

/** The lines behind the beginning of the last start; all where that is not among them. */
export function linesOfLastStart(text: string): string[] {
  const lines = text.split('\n');
  return lines.slice(lines.findLastIndex((line) => BEGINNING.test(line)) + 1);
}

/** The line that says what failed, from which those behind it follow; null where none does. */
export function firstError(lines: readonly string[]): string | null {
  const said = lines.find((line) => line.includes('[ERROR]'));
  return said === undefined ? null : withoutTime(said);
}

function withoutSecrets(line: string): string {
  return SECRETS.reduce((text, [pattern, put]) => text.replace(pattern, put), line);
}

/** "2026-11-20 16:38:30 0 [Note] …" and the scripts' "WSREP_SST: [ERROR] … (20261120 16:38:30.123)". */
function withoutTime(line: string): string {
  return line.replace(/^\d{4}-\d\d-\d\d +\d+:\d\d:\d\d \d+ /, '').replace(/ \(\d{8} [\d:.]+\)$/, '');
}
