import type { Migration } from './migrate.ts';

/**
 * The durable part: access, audit, journal, leases, memory. Column types are those of MariaDB (SQLite takes them by
 * affinity), keys are bounded text, instants are milliseconds, and no statement relies on rowid.
 */
export const mainMigrations: readonly Migration[] = [
  {
    number: 1,
    name: 'access, audit, journal, leases, memory',
    statements: [
      `CREATE TABLE users (
         username VARCHAR(64) NOT NULL PRIMARY KEY,
         role VARCHAR(16) NOT NULL,
         password_hash VARCHAR(255) NOT NULL,
         created_at BIGINT NOT NULL)`,
      `CREATE TABLE sessions (
         id VARCHAR(64) NOT NULL PRIMARY KEY,
         username VARCHAR(64) NOT NULL,
         created_at BIGINT NOT NULL,
         expires_at BIGINT NOT NULL)`,
      'CREATE INDEX sessions_username ON sessions (username)',
      'CREATE INDEX sessions_expires_at ON sessions (expires_at)',
      `CREATE TABLE tokens (
         id VARCHAR(64) NOT NULL PRIMARY KEY,
         name VARCHAR(100) NOT NULL,
         role VARCHAR(16) NOT NULL,
         hash VARCHAR(64) NOT NULL UNIQUE,
         created_at BIGINT NOT NULL,
         expires_at BIGINT,
         last_used_at BIGINT)`,
      `CREATE TABLE audit (
         id BIGINT NOT NULL PRIMARY KEY,
         at VARCHAR(24) NOT NULL,
         actor VARCHAR(120) NOT NULL,
         address VARCHAR(64) NOT NULL,
         action VARCHAR(64) NOT NULL,
         cluster VARCHAR(64),
         object VARCHAR(255),
         result LONGTEXT NOT NULL,
         operation_id VARCHAR(64))`,
      'CREATE INDEX audit_cluster ON audit (cluster, id)',
      // Who could act cannot rewrite who acted, not even by a bug here.
      `CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END`,
      // REPLACE deletes without asking the trigger below.
      `CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END`,
      `CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries are never removed'); END`,
      `CREATE TABLE operations (
         id VARCHAR(64) NOT NULL PRIMARY KEY,
         cluster VARCHAR(64) NOT NULL,
         kind VARCHAR(64) NOT NULL,
         target VARCHAR(64) NOT NULL,
         actor VARCHAR(120) NOT NULL,
         started_at BIGINT NOT NULL,
         ended_at BIGINT,
         outcome VARCHAR(32),
         plan LONGTEXT NOT NULL,
         view LONGTEXT NOT NULL)`,
      'CREATE INDEX operations_started_at ON operations (started_at)',
      'CREATE INDEX operations_cluster ON operations (cluster, started_at)',
      'CREATE INDEX operations_ended_at ON operations (ended_at)',
      `CREATE TABLE journal (
         operation_id VARCHAR(64) NOT NULL,
         sequence BIGINT NOT NULL,
         at BIGINT NOT NULL,
         step VARCHAR(64) NOT NULL,
         kind VARCHAR(16) NOT NULL,
         data LONGTEXT NOT NULL,
         PRIMARY KEY (operation_id, sequence),
         FOREIGN KEY (operation_id) REFERENCES operations (id))`,
      `CREATE TABLE leases (
         name VARCHAR(128) NOT NULL PRIMARY KEY,
         holder VARCHAR(128) NOT NULL,
         fence BIGINT NOT NULL,
         expires_at BIGINT NOT NULL)`,
      `CREATE TABLE memory (
         name VARCHAR(191) NOT NULL PRIMARY KEY,
         value LONGTEXT NOT NULL,
         at BIGINT NOT NULL)`,
    ],
  },
  {
    number: 2,
    name: 'tokens for the takeover of one server',
    statements: [
      'ALTER TABLE tokens ADD COLUMN takeover_cluster VARCHAR(64)',
      'ALTER TABLE tokens ADD COLUMN takeover_server VARCHAR(64)',
    ],
  },
];
