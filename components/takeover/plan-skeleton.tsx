/** The shape of what comes, so that nothing jumps when it does. */
export function PlanSkeleton() {
  return (
    <div className="mt-3">
      <output className="text-soft">Looking at every server and making the plan…</output>
      <div aria-hidden="true" className="mt-8 grid gap-12 md:grid-cols-[minmax(0,5fr)_minmax(0,7fr)]">
        {['h-40', 'h-40'].map((height, place) => (
          <div key={String(place)} className={`${height} rounded-md bg-sunken`} />
        ))}
        <div className="h-24 rounded-md bg-sunken md:col-span-2" />
      </div>
    </div>
  );
}
