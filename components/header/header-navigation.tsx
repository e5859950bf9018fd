'use client';

import { clsx } from 'clsx';
import Link from 'next/link';
import { usePathname } from 'next/navigation';

const pages = [
  { href: '/', text: 'Clusters', under: /^\/($|clusters)/ },
  { href: '/operations', text: 'Operations', under: /^\/operations/ },
  { href: '/audit', text: 'Audit', under: /^\/audit/ },
];

export function HeaderNavigation() {
  const pathname = usePathname();
  return (
    <nav aria-label="Pages" className="flex items-center gap-x-4">
      {pages.map(({ href, text, under }) => (
        <Link
          key={href}
          href={href}
          prefetch={false}
          aria-current={under.test(pathname) ? 'page' : undefined}
          className={clsx('target text-sm hover:text-ink', under.test(pathname) ? 'text-ink' : 'text-faint')}
        >
          {text}
        </Link>
      ))}
    </nav>
  );
}
