/**
 * Runs a program that knows nothing of its parent, and ends it by a signal when the parent is gone,
 * however it went: `node run_with_parent.ts <signal> <program> [argument]...`, spawned with an IPC
 * channel, on which it says the program's process id. SIGKILL leaves what the program has started.
 */
import { spawn } from 'node:child_process'

const [signal, program = '', ...args] = process.argv.slice(2)
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] })
const end = () => child.kill(signal as NodeJS.Signals)

child.on('exit', (code) => process.exit(code ?? 0))
process.on('disconnect', end)
// The parent may have gone before this was loaded.
if (!process.connected) end()
else process.send?.(child.pid)
