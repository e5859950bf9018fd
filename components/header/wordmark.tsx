/** A baton on its way from one hand to the next. */
export function Wordmark() {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false" className="text-accent">
      <path d="M4 16 16 4" stroke="currentColor" strokeWidth="4" strokeLinecap="round" />
      <path d="M8.2 11.8l3.6-3.6" stroke="var(--paper)" strokeWidth="1.6" />
    </svg>
  );
}
