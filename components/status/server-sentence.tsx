import type { ServerLine } from './server-line.ts';
import { Gtid } from '../ui/gtid.tsx';
import { Hint } from '../ui/hint.tsx';

/** The one sentence of a server, with where its number comes from one hover or one key away. */
export function ServerSentence({ line }: { line: ServerLine }) {
  return (
    <>
      {line.detail === null ? line.text : <Hint text={line.detail}>{line.text}</Hint>}
      {line.gtid !== null && (
        <>
          {' · '}
          <Gtid text={line.gtid} first />
        </>
      )}
    </>
  );
}
