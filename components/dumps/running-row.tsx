import type { Dump } from '../../server/contract/dumps.ts';
import { bytes } from '../format/number.ts';
import { StepMark } from '../operation/step-mark.tsx';
import { Since } from '../ui/time.tsx';
import { methodWords, partOf } from './dump-words.ts';
import { SizeBar } from './size-bar.tsx';

/** A dump that is being made, among those that are there. */
export function RunningRow({
  server,
  startedAt,
  method,
  bytes: written,
  expected,
  largest,
}: {
  server: string;
  startedAt: string;
  method: Dump['method'];
  bytes: number;
  expected: number | null;
  largest: number;
}) {
  return (
    <tr>
      <th scope="row" className="items-baseline md:whitespace-nowrap">
        <span className="inline-flex items-baseline gap-2">
          <StepMark state="running" className="translate-y-px" />
          being made
        </span>
        <span className="text-sm font-normal text-faint max-md:ml-3 md:block">
          for <Since at={startedAt} />
        </span>
      </th>
      <td data-label="Server">{server}</td>
      <td data-label="Method" className="md:whitespace-nowrap">
        {methodWords[method].text}
      </td>
      <td data-label="Size" className="md:whitespace-nowrap">
        <span>
          {bytes(written)}
          <SizeBar part={partOf(written, Math.max(largest, expected ?? 0))} />
        </span>
      </td>
      <td colSpan={4} className="text-sm text-soft max-md:!block max-md:!text-left">
        {expected === null
          ? `The first of its kind on ${server}: nobody knows how large it gets.`
          : `The last one of ${server} has ${bytes(expected)}.`}
      </td>
    </tr>
  );
}
