/**
 * Runs a program that knows nothing of its parent, and ends it and what it has started by a signal
 * when the parent is gone, however it went: `node run_with_parent.ts <signal> <program>
 * [argument]...`, spawned with an IPC channel, on which it says the program's process id.
 */
import { spawn } from 'node:child_process'

const [signal, program = '', ...args] = process.argv.slice(2)
// A group of its own, so that a signal reaches all of it.
const child = spawn(program, args, { detached: true, stdio: ['ignore', 'inherit', 'inherit'] })
const end = () => child.pid && process.kill(-child.pid, signal)

child.on('exit', (code) => process.exit(code ?? 1))
process.on('disconnect', end)
// The parent may have gone before this was loaded.
if (!process.connected) end()
else process.send?.(child.pid)
