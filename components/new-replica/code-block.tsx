/** Lines to copy. They are never broken: what does not fit is scrolled to, by keyboard too. */
export function CodeBlock({ label, text }: { label: string; text: string }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard
    <section className="my-3 overflow-x-auto rounded-md bg-sunken p-4" aria-label={label} tabIndex={0}>
      <pre className="mono text-sm">{text}</pre>
    </section>
  );
}
