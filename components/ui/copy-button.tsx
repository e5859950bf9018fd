'use client';

import { useState } from 'react';
import { Icon } from './icon.tsx';

/** Copies `text`. Says so in words for two seconds, also to a screen reader. */
export function CopyButton({ text, label, children }: { text: string; label: string; children?: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  const copy = async () => {
    setState((await write(text)) ? 'copied' : 'failed');
    setTimeout(() => setState('idle'), 2000);
  };
  const said = { idle: children ?? '', copied: 'Copied', failed: 'Select and copy by hand' }[state];
  return (
    <button
      type="button"
      className={
        children === undefined ? 'target link no-print min-w-7 justify-center text-sm' : 'btn btn-small no-print'
      }
      title={state === 'idle' ? label : said}
      onClick={() => void copy()}
    >
      <Icon name={state === 'copied' ? 'done' : 'copy'} />
      {children === undefined ? <span className="sr-only">{label}</span> : <span>{said}</span>}
      <output className="sr-only">{state === 'idle' ? '' : said}</output>
    </button>
  );
}

/** The clipboard needs a secure context; over plain HTTP on a LAN the older way still works. */
async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    return copied;
  }
}
