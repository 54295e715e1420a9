import { spawn, spawnSync } from 'node:child_process'
import { existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { isRunning } from '../../lab/world/processes/is_running.ts'

/**
 * `systemctl` and `journalctl` for a shell that has no systemd as its first process: they do what the
 * units in `UNITS` say, as far as the pages ask for it. The first argument says which of the two it is.
 */
const [tool, ...args] = process.argv.slice(2)
const folder = process.env.UNITS as string

type Unit = { name: string; said(key: string): string }

function readUnit(given: string): Unit {
  const name = given.includes('.') ? given : `${given}.service`
  const text = readFileSync(join(folder, name), 'utf8')
  const said = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1] ?? ''
  return { name, said }
}

const { NODE_COMPILE_CACHE } = process.env
const logOf = ({ name }: Unit) => join(folder, `${name}.log`)
const pidOf = ({ name }: Unit) => join(folder, `${name}.pid`)

/** A command line as a shell reads it: a percent sign stands twice. */
const command = (unit: Unit, key: string) => unit.said(key).replaceAll('%%', '%')

function start(unit: Unit): void {
  const log = openSync(logOf(unit), 'a')
  const child = spawn(
    'sh',
    ['-c', `umask ${unit.said('UMask')}; exec ${command(unit, 'ExecStart')}`],
    {
      cwd: unit.said('WorkingDirectory'),
      detached: true,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', NODE_COMPILE_CACHE },
      stdio: ['ignore', log, log],
    },
  )
  writeFileSync(pidOf(unit), String(child.pid))
  child.unref()
}

async function stop(unit: Unit): Promise<void> {
  if (!existsSync(pidOf(unit))) return
  const pid = Number(readFileSync(pidOf(unit), 'utf8'))
  rmSync(pidOf(unit))
  process.kill(pid, 'SIGTERM')
  while (isRunning(pid)) await setTimeout(50)
}

/** What a timer begins, once and now. */
function runOnce(unit: Unit): void {
  const cwd = unit.said('WorkingDirectory')
  const { status } = spawnSync('sh', ['-c', command(unit, 'ExecStart')], { cwd, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

async function systemctl([verb, ...rest]: string[]): Promise<void> {
  const unit = readUnit(rest.at(-1) ?? '')
  if (unit.name.endsWith('.timer')) return runOnce(readUnit(unit.name.replace('.timer', '')))
  if (verb === 'stop' || verb === 'restart') await stop(unit)
  if (verb !== 'stop') start(unit)
}

/** `-u <unit> -f`, by a person who waits until the program is up. */
async function journalctl([, name = '']: string[]): Promise<void> {
  const unit = readUnit(name)
  const pid = Number(readFileSync(pidOf(unit), 'utf8'))
  const read = () => readFileSync(logOf(unit), 'utf8')
  while (isRunning(pid) && !read().includes('Vestibule is up')) await setTimeout(50)
  console.log(read())
  if (!isRunning(pid)) process.exit(1)
}

await (tool === 'systemctl' ? systemctl(args) : journalctl(args))
