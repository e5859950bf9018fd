import { expect, test } from 'vitest';
import { problemText } from './problem-text.ts';

test('a problem is told without what MariaDB adds for itself, and with what it says', () => {
  expect(
    problemText({
      text:
        "db-3 stopped applying with error 1062: Could not execute Write_rows_v1 event on table shop.orders; Duplicate entry '7' for key 'PRIMARY', " +
        "Error_code: 1062; handler error HA_ERR_FOUND_DUPP_KEY; the event's master log bin.000001, end_log_pos 1039204.",
    }),
  ).toBe(
    "db-3 stopped applying with error 1062: Could not execute Write_rows_v1 event on table shop.orders; Duplicate entry '7' for key 'PRIMARY'",
  );
  expect(
    problemText({
      text: "db-2 receives nothing from db-1: error 2013, error reconnecting to master 'r@db-1:3306' - retry-time: 1 maximum-retries: 100000 message: Lost connection.",
    }),
  ).toBe("db-2 receives nothing from db-1: error 2013, error reconnecting to master 'r@db-1:3306': Lost connection");
});

test('a problem names no system call', () => {
  expect(
    problemText({ text: "db-2 can't be reached: nothing listens there: connect ECONNREFUSED 127.0.0.1:25418." }),
  ).toBe("db-2 can't be reached: nothing listens there");
});

test('a sentence that has nothing of it stays as it is', () => {
  expect(problemText({ text: 'db-2 is 42 s behind db-1.' })).toBe('db-2 is 42 s behind db-1');
});
