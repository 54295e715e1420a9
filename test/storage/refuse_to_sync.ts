/**
 * Loaded with `--import` into the program under test, and only there: after a message, the disk
 * refuses once to sync a file whose path has a part of that name. No disk does so when it is asked.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

let refused: string | null = null

process.on('message', (message: { refuse: string }) => {
  refused = message.refuse
  process.send?.('ready')
})
process.channel?.unref()

const { fdatasync } = fs
fs.fdatasync = ((fd: number, done: (err: NodeJS.ErrnoException | null) => void) => {
  const path = fs.readlinkSync(`/proc/self/fd/${fd}`)
  if (!refused || !path.split('/').includes(refused)) return fdatasync(fd, done)
  refused = null
  setImmediate(done, Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }))
}) as typeof fdatasync
syncBuiltinESMExports()
