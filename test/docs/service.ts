import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Milliseconds that the program has to answer. */
const START_TIMEOUT = 60_000

export type Service = { stop(): Promise<void> }

/** Runs what a systemd unit runs, in its folder, and waits until it serves at `url`. */
export async function startService(
  unit: string,
  url: string,
  uid: number | undefined,
): Promise<Service> {
  const [, command = ''] = /^ExecStart=(.+)$/m.exec(unit) ?? []
  const [, cwd = ''] = /^WorkingDirectory=(.+)$/m.exec(unit) ?? []
  const [file = '', ...args] = command.split(' ')
  const program = spawn(file, args, {
    cwd,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  let logs = ''
  for (const stream of [program.stdout, program.stderr]) {
    stream.on('data', (chunk) => {
      logs += chunk
    })
  }
  const exited = once(program, 'exit')
  const deadline = Date.now() + START_TIMEOUT
  while (!(await fetch(`${url}/_health`).catch(() => null))?.ok) {
    if (program.exitCode !== null || Date.now() > deadline) {
      program.kill('SIGKILL')
      throw new Error(`${command} does not serve\n${logs}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    stop: async () => {
      program.kill('SIGTERM')
      await exited
    },
  }
}
