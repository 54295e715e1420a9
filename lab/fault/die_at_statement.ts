/**
 * Loaded with `--import` into the program under test, and only there: waits for a message that
 * names a statement, and ends the process there as a power cut would. The program itself knows
 * nothing of it.
 */
import Sqlite from 'better-sqlite3'
import type { AtStatement } from './kill_points.ts'

let armed: AtStatement | null = null
/** The database whose next commit is fatal. */
let doomed: Sqlite.Database | null = null

process.on('message', (message: { dieAt: AtStatement | null }) => {
  armed = message.dieAt
})
process.channel?.unref()

const die = () => process.kill(process.pid, 'SIGKILL')

function dieIfCommitted(db: Sqlite.Database): void {
  if (db === doomed && !db.inTransaction) die()
}

const statements = Object.getPrototypeOf(new Sqlite(':memory:').prepare('SELECT 1')) as Record<
  'run' | 'get' | 'all',
  (this: Sqlite.Statement, ...args: unknown[]) => unknown
>
for (const method of ['run', 'get', 'all'] as const) {
  const original = statements[method]
  statements[method] = function (...args) {
    const isIt = armed !== null && this.source.startsWith(armed.statement)
    if (isIt && armed?.when === 'before') die()
    const result = original.apply(this, args)
    if (isIt && armed?.when === 'within') die()
    if (isIt) doomed = this.database
    dieIfCommitted(this.database)
    return result
  }
}

const { exec, transaction } = Sqlite.prototype
Sqlite.prototype.exec = function (text) {
  const result = exec.call(this, text)
  dieIfCommitted(this)
  return result
}
Sqlite.prototype.transaction = function (this: Sqlite.Database, work: never) {
  const wrapped = transaction.call(this, work) as unknown as Transaction
  const watched = (run: Transaction) =>
    ((...args) => {
      const result = run(...args)
      dieIfCommitted(this)
      return result
    }) as Transaction
  const { immediate, deferred } = wrapped
  return Object.assign(watched(wrapped), {
    immediate: watched(immediate),
    deferred: watched(deferred),
  })
} as never

type Transaction = ((...args: unknown[]) => unknown) & {
  immediate: Transaction
  deferred: Transaction
}
