import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** One shell that runs blocks one after the other, as a person's would. */
export type Shell = {
  /** @returns what it wrote @throws {Error} with that, when a command of the block fails */
  run(text: string): Promise<string>
  close(): Promise<void>
}

/** @param user to whom it belongs; this process's own, if it is undefined */
export function startShell(
  folder: string,
  env: NodeJS.ProcessEnv,
  user: { uid: number; gid: number } | undefined,
): Shell {
  const shell = spawn('bash', ['--noprofile', '--norc'], {
    cwd: folder,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(user && { uid: user.uid, gid: user.gid }),
  })
  shell.stdin.write('exec 2>&1; set -eo pipefail\n')
  const closed = once(shell, 'close').then(() => 'closed' as const)
  let said = ''
  shell.stdout.on('data', (chunk) => {
    said += chunk
  })
  let blocks = 0
  return {
    async run(text) {
      const end = `-- end of block ${++blocks}`
      const file = join(folder, `block-${blocks}.sh`)
      writeFileSync(file, text, { mode: 0o644 })
      said = ''
      shell.stdin.write(`source ${file} < /dev/null\necho '${end}'\n`)
      while (!said.includes(end)) {
        const more = await Promise.race([once(shell.stdout, 'data'), closed])
        if (more === 'closed') throw new Error(`This failed:\n${text}\n${said}`)
      }
      return said.replace(`${end}\n`, '')
    },
    async close() {
      shell.stdin.end()
      await closed
    },
  }
}
