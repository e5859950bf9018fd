import type { Row } from './connection.ts';

/** The column as text; "" for NULL or a column this version does not have. */
export function text(row: Row, column: string): string {
  const value = row[column];
  return value === null || value === undefined ? '' : String(value);
}

/** The column as a number; null for NULL, an absent column or what is no number. */
export function number(row: Row, column: string): number | null {
  const value = row[column];
  if (value === null || value === undefined || value === '') return null;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : null;
}

/** 1, ON, YES → true; null where the column is absent. `@@read_only` is 0/1 on 10.11 and a word from 12.0 (MDEV-36425). */
export function flag(row: Row, column: string): boolean | null {
  const value = row[column];
  if (value === null || value === undefined) return null;
  const word = String(value).toUpperCase();
  return !['0', 'OFF', 'NO', 'FALSE', ''].includes(word);
}
