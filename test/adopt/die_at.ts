import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/**
 * Preloaded into a program: kills it, as the power would, right before it changes a file for the
 * `DIE_AT`th time. The databases are not counted: SQLite changes them itself.
 */
let left = Number(process.env.DIE_AT)

const SYNC = ['renameSync', 'writeFileSync', 'rmdirSync', 'linkSync', 'rmSync'] as const
const PROMISED = ['rename', 'writeFile', 'cp'] as const

function dying<F extends (...args: never[]) => unknown>(run: F): F {
  return ((...args: Parameters<F>) => {
    if (--left === 0) process.kill(process.pid, 'SIGKILL')
    return run(...args)
  }) as F
}

for (const name of SYNC) fs[name] = dying(fs[name] as never) as never
for (const name of PROMISED) fs.promises[name] = dying(fs.promises[name] as never) as never
syncBuiltinESMExports()
