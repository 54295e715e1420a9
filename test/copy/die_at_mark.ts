/**
 * Loaded with `--import` into a program under test: ends it as `kill -9` does, once it has written down beside the
 * data that they are in the state that `DIE_AT_MARK` names.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { renameSync } = fs
fs.renameSync = (from, to) => {
  const isIt =
    String(to).endsWith('move.json') &&
    JSON.parse(fs.readFileSync(from, 'utf8')).state === process.env.DIE_AT_MARK
  renameSync(from, to)
  if (isIt) process.kill(process.pid, 'SIGKILL')
}
syncBuiltinESMExports()
