import type { Migration } from './migrate.ts';

/** The history: a second of each metric of each server for a day, a minute for a month. */
export const sampleMigrations: readonly Migration[] = [
  {
    number: 1,
    name: 'samples and minutes',
    statements: [
      `CREATE TABLE series (
         id BIGINT NOT NULL PRIMARY KEY,
         cluster VARCHAR(64) NOT NULL,
         server VARCHAR(64) NOT NULL,
         metric VARCHAR(32) NOT NULL,
         rolled_to BIGINT NOT NULL,
         UNIQUE (cluster, server, metric))`,
      // Clustered by series and time: a chart reads neighbouring pages. (MariaDB clusters by the primary key anyway.)
      `CREATE TABLE samples (
         series BIGINT NOT NULL,
         at BIGINT NOT NULL,
         value DOUBLE NOT NULL,
         PRIMARY KEY (series, at)) WITHOUT ROWID`,
      `CREATE TABLE minutes (
         series BIGINT NOT NULL,
         at BIGINT NOT NULL,
         n BIGINT NOT NULL,
         lo DOUBLE NOT NULL,
         hi DOUBLE NOT NULL,
         total DOUBLE NOT NULL,
         PRIMARY KEY (series, at)) WITHOUT ROWID`,
    ],
  },
];
