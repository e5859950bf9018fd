import { digitGroups, gtidParts } from '../format/gtid.ts';

/** A position whose digits stand in groups; what is copied has none. `first`: only the first of several domains. */
export function Gtid({ text, first = false }: { text: string; first?: boolean }) {
  const parts = gtidParts(text);
  if (parts.length === 0) return <span className="text-faint">none</span>;
  const shown = first ? parts.slice(0, 1) : parts;
  return (
    <span className="mono break-words" title={text}>
      {shown.map(({ source, sequence }, index) => (
        <span key={source}>
          {index > 0 && ', '}
          {source}-
          {digitGroups(sequence).map((group, place) => (
            <span key={`${String(place)}-${group}`} className={place > 0 ? 'digit-group' : undefined}>
              {group}
            </span>
          ))}
        </span>
      ))}
      {shown.length < parts.length && <span className="text-faint"> +{parts.length - shown.length}</span>}
    </span>
  );
}
