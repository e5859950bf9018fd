import { worstOf, type Verdict } from './verdict.ts';

/** One certificate of a file, or what keeps the file from being used. */
export type CertificateSeen =
  | {
      readonly kind: 'read';
      /** Where it stands in the configuration: "agent.tls.certificate". */
      readonly field: string;
      readonly subject: string;
      readonly from: Date;
      readonly until: Date;
      /** Whether the key beside it is its own; null: there is none to go with it. */
      readonly keyFits: boolean | null;
      /** A revocation list beside it names it. */
      readonly revoked: boolean;
    }
  | { readonly kind: 'list'; readonly field: string; readonly until: Date | null }
  | { readonly kind: 'unreadable'; readonly field: string; readonly reason: string };

/** caucase renews 31 days before the end: what is nearer than this was not renewed, and there is time to find out why. */
const WARN_DAYS = 15;
const CRITICAL_DAYS = 3;
const DAY_MS = 86_400_000;

/** Whether every certificate can be used now and for a while. */
export function judgeCertificates(seen: readonly CertificateSeen[], now: Date): Verdict {
  const certificates = seen.filter(({ kind }) => kind !== 'list').length;
  const [first] = seen
    .flatMap((one) => (one.kind === 'read' ? [one] : []))
    .toSorted((a, b) => a.until.getTime() - b.until.getTime());
  if (seen.length === 0) return { level: 'ok', text: 'no certificate is configured' };
  const well = first
    ? `${certificates} certificates, the first to end is ${first.subject} in ${days(first.until, now)} days`
    : '';
  return worstOf(
    seen.map((one) => judge(one, now)),
    well,
  );
}

function judge(one: CertificateSeen, now: Date): Verdict {
  if (one.kind === 'unreadable') return { level: 'critical', text: `${one.field}: ${one.reason}` };
  if (one.kind === 'list') return judgeList(one, now);
  const name = `${one.field} (${one.subject})`;
  if (one.revoked) return { level: 'critical', text: `${name} is revoked` };
  if (one.keyFits === false) return { level: 'critical', text: `${name} does not go with its key` };
  if (one.from > now) return { level: 'critical', text: `${name} is not valid before ${one.from.toISOString()}` };
  if (one.until <= now) return { level: 'critical', text: `${name} expired at ${one.until.toISOString()}` };
  const left = days(one.until, now);
  if (left < WARN_DAYS) {
    const level = left < CRITICAL_DAYS ? 'critical' : 'warning';
    return { level, text: `${name} ends in ${left} days, at ${one.until.toISOString()}` };
  }
  return { level: 'ok', text: `${name} is good for ${left} days` };
}

/** Behind its end nobody is let in. */
function judgeList({ field, until }: Extract<CertificateSeen, { kind: 'list' }>, now: Date): Verdict {
  if (until === null) return { level: 'ok', text: `${field} has no end` };
  if (until <= now) return { level: 'critical', text: `${field} expired at ${until.toISOString()}: nobody is let in` };
  const left = days(until, now);
  if (left >= CRITICAL_DAYS) return { level: 'ok', text: `${field} is good for ${left} days` };
  return { level: 'warning', text: `${field} ends in ${left} days, at ${until.toISOString()}` };
}

const days = (until: Date, now: Date): number => Math.floor((until.getTime() - now.getTime()) / DAY_MS);
