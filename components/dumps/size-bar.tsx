/** A size beside other sizes: `part` (0 to 1) of the largest. The number stands in words beside it. */
export function SizeBar({ part }: { part: number }) {
  return (
    <svg
      viewBox="0 0 100 4"
      width="96"
      height="4"
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
      className="mt-1 block text-soft max-md:ml-auto"
    >
      <rect width="100" height="4" className="fill-line" />
      <rect width={Math.max(part * 100, part > 0 ? 1 : 0)} height="4" fill="currentColor" />
    </svg>
  );
}
