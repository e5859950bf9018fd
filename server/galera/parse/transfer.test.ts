import { expect, test } from 'vitest';
import { lastTransfer } from './transfer.ts';

const at = '2026-11-27  3:38:08';
const history = 'f060bfaa-ea13-11f1-9233-46df8eccdf23';
const begin = `${at} 0 [Note] Starting MariaDB 10.11.18-MariaDB-0+deb12u1 source revision 197f92b as process 1869`;
/** As 10.11 with galera 26.4.23 writes them. */
const copied = [
  begin,
  `${at} 1 [Note] WSREP: Prepared IST receiver for 0-98, listening at: tcp://127.0.0.1:15470`,
  'WSREP_SST: [INFO] rsync SST completed on joiner (20261127 03:38:11.847)',
  `${at} 3 [Note] WSREP: SST received`,
  `${at} 3 [Note] WSREP: SST received: ${history}:175`,
  `${at} 1 [Note] WSREP: Installed new state from SST: ${history}:175`,
  `${at} 0 [Note] WSREP: ####### IST applying starts with 176`,
  `${at} 0 [Note] WSREP: Receiving IST... 100.0% (72/72 events) complete.`,
];
const missed = [
  begin,
  `${at} 2 [Note] WSREP: Prepared IST receiver for 26-28, listening at: tcp://127.0.0.1:15485`,
  'WSREP_SST: [INFO] rsync IST completed on joiner (20261127 03:21:04.355)',
  `${at} 3 [Note] WSREP: SST received: ${history}:25`,
  `${at} 2 [Note] WSREP: Receiving IST: 3 writesets, seqnos 26-28`,
  `${at} 0 [Note] WSREP: Receiving IST... 100.0% (3/3 events) complete.`,
];
const ist = { kind: 'ist', writeSets: 3, first: '26', last: '28' };
const sst = { kind: 'sst', seqno: '175' };

test('a full copy and what was missed are told apart, though both say that a full copy was received', () => {
  expect(lastTransfer(missed.join('\n'))).toEqual(ist);
  expect(lastTransfer(copied.join('\n'))).toEqual(sst);
});

test('only the last start counts, also where its beginning is above what was read', () => {
  expect(lastTransfer([...missed, ...copied].join('\n'))).toEqual(sst);
  expect(lastTransfer([...copied, ...missed].join('\n'))).toEqual(ist);
  expect(lastTransfer(copied.slice(1).join('\n'))).toEqual(sst);
});

test('what came on top of a full copy makes it nothing less', () => {
  const both = [...copied, `${at} 2 [Note] WSREP: Receiving IST: 4 writesets, seqnos 176-179`];
  expect(lastTransfer(both.join('\n'))).toEqual(sst);
});

test('a start without a transfer tells of none, whatever an earlier one took', () => {
  expect(lastTransfer([...missed, begin].join('\n'))).toMatchObject({ kind: 'not-told' });
  expect(lastTransfer('')).toMatchObject({ kind: 'not-told' });
});
