'use client';

import { useEffect, useRef } from 'react';
import { lineStyle } from './lines.ts';
import type { Plot, PlotContent } from './plot.ts';

/** The drawing itself. Its code is loaded when there is something to draw, so that no other page waits for it. */
export function PlotView({
  servers,
  content,
  tell,
  point,
}: {
  servers: readonly string[];
  content: PlotContent;
  tell: (value: number) => string;
  point: (place: number | null) => void;
}) {
  const target = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const newest = useRef(content);
  useEffect(() => {
    newest.current = content;
    plot.current?.show(content);
  }, [content]);
  useEffect(() => {
    let closed = false;
    const open = async () => {
      const { openPlot } = await import('./plot.ts');
      if (closed || target.current === null) return;
      const lines = servers.map((name, place) => ({ name, ...lineStyle(place) }));
      plot.current = openPlot(target.current, lines, newest.current, tell, point);
    };
    void open();
    return () => {
      closed = true;
      plot.current?.close();
      plot.current = null;
    };
    // The parent gives this a new key when the lines change.
    // oxlint-disable-next-line react/exhaustive-deps
  }, []);
  return <div ref={target} aria-hidden="true" className="mt-2 h-[260px] w-full overflow-hidden" />;
}
