import type { ReactNode } from 'react';

/** Stands wherever the name of a throw-away cluster stands, always; `children` are what can only be done there. */
export function SandboxLabel({ children = null }: { children?: ReactNode }) {
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      <span className="tag" title="Throw-away servers on this machine: what is done here touches no real data.">
        sandbox <span className="text-faint">throw-away servers</span>
      </span>
      {children}
    </span>
  );
}
