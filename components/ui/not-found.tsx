import Link from 'next/link';

export function NotFound() {
  return (
    <div className="max-w-xl py-8">
      <h1>There is nothing at this address</h1>
      <p className="mt-2 text-soft">
        The cluster, the server or the operation is not one that the console knows: it may have another name now, or be
        gone from the configuration.
      </p>
      <p className="mt-5">
        <Link href="/" prefetch={false} className="btn">
          All clusters
        </Link>
      </p>
    </div>
  );
}
