'use client';

import type { Operation } from '../../server/contract/operation.ts';
import { useLive } from '../live/use-live.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Icon } from '../ui/icon.tsx';
import { operationPath } from '../ui/paths.ts';
import { operationReport } from './report.ts';

/** The operation to paste into a ticket, or on paper. */
export function ReportButtons({ operation }: { operation: Operation }) {
  // Only a browser knows the address it came from; before it has taken over there is nothing to press anyway.
  const inBrowser = useLive((state) => state.connection.kind !== 'connecting');
  const origin = inBrowser ? window.location.origin : '';
  return (
    <p className="no-print mt-8 flex flex-wrap gap-3">
      <CopyButton
        text={operationReport(operation, `${origin}${operationPath(operation.id)}`)}
        label="Copy the report as Markdown"
      >
        Copy report
      </CopyButton>
      <button type="button" className="btn btn-small" onClick={() => window.print()}>
        <Icon name="print" /> Print
      </button>
    </p>
  );
}
