import type { NumberedEvent } from '../console/engine.ts';
import type { ServerEvent } from '../contract/events.ts';

const encoded = new WeakMap<ServerEvent, Buffer>();

/** The bytes of an event as an event stream carries it: made once, however many listen. */
export function encodeEvent({ id, event }: NumberedEvent): Buffer {
  const known = encoded.get(event);
  if (known !== undefined) return known;
  const bytes = Buffer.from(`id: ${id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event.value)}\n\n`);
  encoded.set(event, bytes);
  return bytes;
}
