import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { childArguments, childFolder, compileCache } from './child.ts'

export type CliResult = { exitCode: number | null; stdout: string; stderr: string }

/**
 * Runs `vestibule <args>` as an operator would.
 *
 * @param env settings, such as those of a running {@link Vestibule}
 * @param options.uid of another user; needs root
 */
export async function runCli(
  env: NodeJS.ProcessEnv,
  args: string[],
  options: { cwd?: string; uid?: number } = {},
): Promise<CliResult> {
  const program = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url))
  const child = spawn(process.execPath, [...childArguments, program, ...args], {
    env: { NODE_COMPILE_CACHE: compileCache, ...env },
    cwd: options.cwd ?? childFolder,
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout as NodeJS.ReadableStream),
    text(child.stderr as NodeJS.ReadableStream),
    once(child, 'exit') as Promise<[number | null]>,
  ])
  return { exitCode, stdout, stderr }
}

/**
 * Runs a command with `--json`.
 *
 * @throws {Error} with what it said when it does not succeed
 */
export async function cliJson<T>(env: NodeJS.ProcessEnv, args: string[], cwd?: string): Promise<T> {
  const { exitCode, stdout, stderr } = await runCli(env, ['--json', ...args], cwd ? { cwd } : {})
  if (exitCode !== 0)
    throw new Error(`vestibule ${args.join(' ')}: ${exitCode}\n${stderr}${stdout}`)
  return JSON.parse(stdout) as T
}
