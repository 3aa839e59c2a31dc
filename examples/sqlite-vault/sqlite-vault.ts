import { createHash, randomUUID } from 'node:crypto'
import { hrtime } from 'node:process'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { Vault } from 'oauth-machines'

// A lease from before the machine was started lies in the future, or ends within its own duration.
const held = 'since <= clock() AND clock() < until'

const sql = {
  tables: `
    CREATE TABLE IF NOT EXISTS records (name TEXT PRIMARY KEY, revision TEXT NOT NULL, record TEXT NOT NULL, state TEXT);
    CREATE INDEX IF NOT EXISTS states ON records (state);
    CREATE TABLE IF NOT EXISTS leases (name TEXT PRIMARY KEY, owner TEXT NOT NULL, since REAL NOT NULL, until REAL NOT NULL)`,
  read: 'SELECT record, revision FROM records WHERE name = ?',
  insert: 'INSERT INTO records (revision, record, state, name) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  update: 'UPDATE records SET revision = ?, record = ?, state = ? WHERE name = ? AND revision = ?',
  erase: 'DELETE FROM records WHERE name = ? AND revision = ?',
  find: 'SELECT name FROM records WHERE state = ?',
  list: 'SELECT name FROM records',
  lease: `
    INSERT INTO leases (name, owner, since, until) VALUES (?, ?, clock(), clock() + ?) ON CONFLICT DO UPDATE
    SET owner = excluded.owner, since = excluded.since, until = excluded.until WHERE NOT (${held})`,
  isLeased: `SELECT 1 FROM leases WHERE name = ? AND ${held}`,
  renew: 'UPDATE leases SET since = clock(), until = clock() + ? WHERE name = ? AND owner = ?',
  release: 'DELETE FROM leases WHERE name = ? AND owner = ?',
}

/** A vault in one SQLite file, for all processes of one machine. It encrypts nothing: seal `text`, or the disk. */
export function sqliteVault(file: string): Vault {
  const database = new DatabaseSync(file, { timeout: 2_000 })
  // Milliseconds since the machine was started, asked while the database is locked.
  database.function('clock', () => Number(hrtime.bigint() / 1_000_000n))
  // EXTRA: what a statement has changed survives a power cut from the moment that it returns.
  database.exec(`PRAGMA synchronous = EXTRA; ${sql.tables}`)
  const rows = (query: string, ...values: SQLInputValue[]) => database.prepare(query).all(...values)
  const changes = (query: string, ...values: SQLInputValue[]) => database.prepare(query).run(...values).changes === 1

  return {
    async read(name) {
      const [row] = rows(sql.read, name)
      return row && { record: JSON.parse(String(row.record)), revision: String(row.revision) }
    },
    async write(name, record, revision) {
      const [next, text] = [randomUUID(), JSON.stringify(record)]
      const state = record.pending?.kind === 'redirect' ? hash(record.pending.state) : null
      const stored =
        revision === undefined
          ? changes(sql.insert, next, text, state, name)
          : changes(sql.update, next, text, state, name, revision)
      return stored ? next : undefined
    },
    erase: async (name, revision) => changes(sql.erase, name, revision),
    find: async (state) => rows(sql.find, hash(state)).map(nameOf)[0],
    list: async () => rows(sql.list).map(nameOf),
    async lease(name, duration) {
      const owner = randomUUID()
      if (!changes(sql.lease, name, owner, duration)) return undefined
      return {
        renew: async () => changes(sql.renew, duration, name, owner),
        release: async () => void changes(sql.release, name, owner),
      }
    },
    isLeased: async (name) => rows(sql.isLeased, name).length > 0,
  }
}

const hash = (state: string) => createHash('sha256').update(state).digest('hex')
const nameOf = ({ name }: Record<string, unknown>) => String(name)
