/**
 * A small shop: `orders` takes the write load, the rest makes a dump look like one. Run on the primary with the binlog
 * on, so that the cluster begins with positions and the replicas get it as they would get anything.
 */
export const SCHEMA_STATEMENTS: readonly string[] = [
  'CREATE DATABASE shop',
  `CREATE TABLE shop.orders (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    uid VARCHAR(64) NOT NULL,
    created DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    payload VARCHAR(255) NOT NULL DEFAULT '',
    UNIQUE KEY uid (uid), KEY created (created)) ENGINE=InnoDB`,
  `CREATE TABLE shop.customers (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(80) NOT NULL, email VARCHAR(120) NOT NULL, UNIQUE KEY email (email)) ENGINE=InnoDB`,
  `CREATE TABLE shop.products (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    title VARCHAR(80) NOT NULL, price DECIMAL(10,2) NOT NULL, stock INT NOT NULL) ENGINE=InnoDB`,
  // Written to in transactions that are always rolled back (writable-probe).
  'CREATE TABLE shop.probe (id BIGINT UNSIGNED NOT NULL PRIMARY KEY) ENGINE=InnoDB',
  `INSERT INTO shop.customers (name, email)
    SELECT CONCAT('Customer ', seq), CONCAT('customer', seq, '@example.com') FROM shop.seq_1_to_200`,
  `INSERT INTO shop.products (title, price, stock)
    SELECT CONCAT('Product ', seq), 1 + seq * 0.75, 1000 - seq FROM shop.seq_1_to_100`,
];
