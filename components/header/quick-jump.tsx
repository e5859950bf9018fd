'use client';

import { clsx } from 'clsx';
import { useRouter } from 'next/navigation';
import { useEffect, useId, useRef, useState } from 'react';
import { useClusters, useSession } from '../live/use-live.ts';
import { Icon } from '../ui/icon.tsx';
import { findTargets, jumpTargets, type JumpTarget } from './jump-targets.ts';

const mostPlaces = 9;

/** ⌘K or Ctrl-K: type a few letters of a cluster, a server or a page, and go there. */
export function QuickJump() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setOpen(true);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  useEffect(() => {
    const shown = dialog.current;
    if (!open || shown === null) return undefined;
    // Focuses the first field in it.
    shown.showModal();
    const outside = (event: PointerEvent) => {
      if (event.target === shown) shown.close();
    };
    shown.addEventListener('pointerdown', outside);
    return () => shown.removeEventListener('pointerdown', outside);
  }, [open]);
  return (
    <>
      <button
        type="button"
        className="target text-sm text-faint hover:text-ink"
        aria-keyshortcuts="Control+K Meta+K"
        onClick={() => setOpen(true)}
      >
        <Icon name="search" />
        search <kbd className="mono max-sm:hidden">⌘K</kbd>
      </button>
      <dialog
        ref={dialog}
        aria-label="Go to a cluster, a server or a page"
        className="mx-auto mt-[12vh] w-[min(34rem,calc(100vw-2rem))] rounded-md border border-line-strong bg-raised p-0 text-ink shadow-xl"
        onClose={() => setOpen(false)}
      >
        {open && <Search close={() => dialog.current?.close()} />}
      </dialog>
    </>
  );
}

function Search({ close }: { close: () => void }) {
  const id = useId();
  const router = useRouter();
  const clusters = useClusters();
  const { permissions } = useSession();
  const [typed, setTyped] = useState('');
  const [place, setPlace] = useState(0);
  const found = findTargets(jumpTargets(clusters, permissions), typed).slice(0, mostPlaces);
  const chosen = Math.min(place, found.length - 1);
  const go = (target: JumpTarget | undefined) => {
    if (target === undefined) return;
    close();
    router.push(target.href);
  };
  const onKey = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setPlace((chosen + step + found.length) % Math.max(1, found.length));
    }
    if (event.key === 'Enter') go(found[chosen]);
  };
  return (
    <div>
      <input
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={found[chosen] === undefined ? undefined : `${id}-${chosen}`}
        aria-label="Cluster, server or page"
        placeholder="Cluster, server or page"
        autoComplete="off"
        spellCheck={false}
        className="w-full border-b border-line bg-transparent px-4 py-3 outline-none placeholder:text-faint"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setPlace(0);
        }}
        onKeyDown={onKey}
      />
      <div id={id} role="listbox" aria-label="Places" tabIndex={-1} className="p-1">
        {found.map((target, index) => (
          <div
            key={`${target.href} ${target.text}`}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            className={clsx('flex justify-between gap-4 rounded-md px-3 py-2', index === chosen && 'bg-accent-soft')}
            onClick={() => go(target)}
            tabIndex={-1}
            onKeyDown={onKey}
            onPointerMove={() => setPlace(index)}
          >
            <span>{target.text}</span>
            <span className="text-sm text-faint">{target.kind}</span>
          </div>
        ))}
      </div>
      {found.length === 0 && (
        <p className="px-4 pb-3 text-faint">Nothing of that name. Clear the field to see everything.</p>
      )}
    </div>
  );
}
