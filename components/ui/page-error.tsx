'use client';

/** What is shown where a page could not be made: what happened, the state now, what to do next. */
export function PageError({ error, retry }: { error: unknown; retry: () => void }) {
  const digest = error instanceof Error && 'digest' in error && typeof error.digest === 'string' ? error.digest : null;
  return (
    <div className="max-w-xl py-8">
      <h1>This page could not be shown</h1>
      <p className="mt-2 text-soft">
        The console did not give the page what it needs. Nothing was changed by it: what is running goes on, and an
        operation has its own page to come back to.
      </p>
      <p className="mt-5 flex flex-wrap gap-3">
        <button type="button" className="btn btn-go" onClick={() => retry()}>
          Try again
        </button>
        {/* A whole load: this page's own state may be what is broken. */}
        {/* oxlint-disable-next-line nextjs/no-html-link-for-pages */}
        <a href="/" className="btn">
          All clusters
        </a>
      </p>
      {digest !== null && (
        <p className="mt-5 text-sm text-faint">The console’s log has more under the mark {digest}.</p>
      )}
    </div>
  );
}
