import { notFound } from 'next/navigation';

/** Any address that is no page: said inside the console's frame, with its header. */
export default function Missing() {
  notFound();
}
