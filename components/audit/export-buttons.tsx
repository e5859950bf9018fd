'use client';

import { useState } from 'react';
import { getAudit } from '../../server/contract/client.ts';
import { counted } from '../format/number.ts';
import { Icon } from '../ui/icon.tsx';
import { csvOf, exportName, jsonOf } from './audit-export.ts';
import type { AuditFilter } from './audit-filter.ts';
import { readBack } from './read-back.ts';

type Ending = 'csv' | 'json';

/** Files of all that the filter asks for, not only of what is loaded. Made in the browser. */
export function ExportButtons({ filter, before }: { filter: AuditFilter; before: number | null }) {
  const [said, setSaid] = useState<{ kind: 'idle' | 'busy' | 'done' | 'failed'; text: string }>({
    kind: 'idle',
    text: '',
  });
  const save = async (ending: Ending) => {
    setSaid({ kind: 'busy', text: 'Collecting…' });
    const { found, failed } = await readBack(getAudit, filter, {
      before,
      wanted: Infinity,
      mostPages: Infinity,
      told: (count) => setSaid({ kind: 'busy', text: `Collecting… ${counted(count, 'entry', 'entries')}` }),
    });
    // Half an audit in a file would pass for the whole.
    if (failed !== null) return setSaid({ kind: 'failed', text: `No file was made. ${failed.message}` });
    const text = ending === 'csv' ? csvOf(found) : jsonOf(found);
    download(exportName(filter, new Date(), ending), text, ending === 'csv' ? 'text/csv' : 'application/json');
    setSaid({ kind: 'done', text: `${counted(found.length, 'entry', 'entries')} saved` });
  };
  return (
    <p className="no-print flex flex-wrap items-center gap-x-3 gap-y-1">
      {(['csv', 'json'] as const).map((ending) => (
        <button
          key={ending}
          type="button"
          className="btn btn-small"
          disabled={said.kind === 'busy'}
          onClick={() => void save(ending)}
        >
          <Icon name="download" />
          Export {ending.toUpperCase()}
        </button>
      ))}
      <span
        role="status"
        className={said.kind === 'failed' ? 'text-sm text-serious sm:order-first' : 'text-sm text-soft sm:order-first'}
      >
        {said.text}
      </span>
    </p>
  );
}

function download(name: string, text: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken the file by then; kept for ever it would be memory.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
