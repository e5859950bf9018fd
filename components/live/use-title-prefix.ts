'use client';

import { useEffect } from 'react';

const separator = ' · ';

/** Puts a word before the tab's title, whatever the pages set it to, until it is null again. */
export function useTitlePrefix(word: string | null): void {
  useEffect(() => {
    if (word === null) return undefined;
    const prefix = `${word}${separator}`;
    const put = () => {
      if (!document.title.startsWith(prefix)) document.title = prefix + document.title;
    };
    put();
    const watch = new MutationObserver(put);
    watch.observe(document.head, { childList: true, subtree: true, characterData: true });
    return () => {
      watch.disconnect();
      if (document.title.startsWith(prefix)) document.title = document.title.slice(prefix.length);
    };
  }, [word]);
}
