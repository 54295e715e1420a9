import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdir, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runOutsider } from '../processes/with_parent.ts'
import { findProgram } from '../servers/proxies.ts'
import { makeTemporaryFolder } from '../temporary_folder.ts'

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url))
/** What pnpm notes of an installation. */
const INSTALLED = join(REPOSITORY, 'node_modules/.modules.yaml')
const BASE = 'localhost/debian:minbase'
const WITH_NODE = 'localhost/node:minbase'
const IMAGE = 'localhost/vestibule:test'
const MANUAL = /^\/usr\/share\/(doc|info|lintian|locale|man)\//

/** The image of deploy/Dockerfile, built here, and a container of it. */
export type Image = {
  /** The container's file system, as it stands. */
  root: string
  /**
   * Starts a command in the container, with a process id of this machine.
   *
   * @returns the program and its arguments
   */
  command(environment: Record<string, string>, ...command: string[]): string[]
  /** What the image says of itself: user, volumes, command, health check. */
  config: {
    User: string
    Volumes: Record<string, object>
    Cmd: string[]
    Healthcheck: { Test: string[] }
  }
  remove(): Promise<void>
}

/** What Debian's packages lack here for an image to be built, or null where it can be. */
export function whyNoImage(): string | null {
  const missing = ['buildah', 'dpkg-query', 'tar'].filter((name) => !findProgram(name))
  if (missing.length) return `not installed: ${missing.join(', ')} (apt-get install)`
  return process.getuid?.() === 0 ? null : 'only root can make the base image'
}

/**
 * Builds the image as its Dockerfile says, upon a base that Debian's packages make: no registry of
 * images is asked. Processes in the container see the network of this machine.
 */
export async function buildImage(): Promise<Image> {
  const folder = await makeTemporaryFolder('image', tmpdir())
  const storage = [
    ...['--root', join(folder.path, 'root'), '--runroot', join(folder.path, 'run')],
    ...['--storage-driver', canOverlay(folder.path) ? 'overlay' : 'vfs'],
  ]
  const env = { ...process.env, BUILDAH_ISOLATION: 'chroot' }
  const buildah = (...args: string[]) =>
    runOutsider(['buildah', ...storage, ...args], { env, cwd: REPOSITORY })
  const fill = async (from: string, name: string, filled: (root: string) => Promise<unknown>) => {
    const container = await buildah('from', '--pull-never', from)
    await filled(await buildah('mount', container))
    await buildah('commit', '--quiet', '--rm', container, name)
  }
  const remove = async () => {
    unmountAll(folder.path)
    // Tens of thousands of files, each of which Node.js would ask about.
    await runOutsider(['rm', '-rf', folder.path])
  }
  try {
    await fill('scratch', BASE, copyDebian)
    await fill(BASE, WITH_NODE, copyNode)
    const { storeDir } = JSON.parse(readFileSync(INSTALLED, 'utf8')) as { storeDir: string }
    await buildah(
      ...['build', '--pull-never', '--format', 'docker', '--file', 'deploy/Dockerfile'],
      ...['--build-arg', `BUILD_IMAGE=${WITH_NODE}`, '--build-arg', `BASE_IMAGE=${BASE}`],
      // What is downloaded already need not be downloaded again.
      ...['--volume', `${storeDir}:/root/.local/share/pnpm/store/v10`, '--tag', IMAGE, '.'],
    )
    const container = await buildah('from', '--pull-never', IMAGE)
    const root = await buildah('mount', container)
    const { Docker } = JSON.parse(await buildah('inspect', '--type', 'image', IMAGE)) as {
      Docker: { config: Image['config'] }
    }
    const command: Image['command'] = (environment, ...command) => {
      const set = Object.entries(environment).flatMap(([name, value]) => ['-e', `${name}=${value}`])
      const run = ['buildah', ...storage, 'run', '--isolation', 'chroot']
      return [...run, ...set, container, '--', ...command]
    }
    return { root, command, config: Docker.config, remove }
  } catch (err) {
    await remove()
    throw err
  }
}

/** Whether layers can be mounted one over the other here; else each is a copy of the one below. */
function canOverlay(folder: string): boolean {
  const make = 'mkdir lower upper work over && mount -t overlay overlay over'
  const options = '-o lowerdir=lower,upperdir=upper,workdir=work && umount over'
  return spawnSync('sh', ['-c', `${make} ${options}`], { cwd: folder }).status === 0
}

function unmountAll(folder: string): void {
  const mounted = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${folder}/`))
  for (const path of mounted.reverse()) spawnSync('umount', ['--lazy', path])
}

/** Gives a base what every Debian has, as it is on this machine, without the manuals. */
async function copyDebian(root: string): Promise<void> {
  const listed = await runOutsider(['dpkg-query', '-L', ...(await requiredPackages())])
  const files = new Set(listed.split('\n').filter(existsSync))
  const list = join(root, 'list')
  await writeFile(list, [...files].filter((path) => !MANUAL.test(path)).join('\n'))
  // Where `/bin` and the like lead to.
  for (const folder of ['bin', 'sbin', 'lib', 'lib64']) {
    await mkdir(join(root, 'usr', folder), { recursive: true })
  }
  const copy = 'tar -C / --no-recursion -c -T "$1" | tar -C "$0" -x'
  await runOutsider(['sh', '-ec', copy, root, list])
  await rm(list)
  // Which user is at home where.
  for (const name of ['passwd', 'group']) {
    await cp(join(root, `usr/share/base-passwd/${name}.master`), join(root, 'etc', name))
  }
}

/** The packages without which there is no Debian, and those that they depend on. */
async function requiredPackages(): Promise<Set<string>> {
  const fields = ['Package', 'Priority', 'Pre-Depends', 'Depends'].map((name) => `$\{${name}}`)
  const shown = await runOutsider(['dpkg-query', '-W', '-f', `${fields.join('\t')}\n`])
  const installed = shown.split('\n').map((line) => line.split('\t'))
  const dependencies = new Map(
    installed.map(([name, , ...needs]) => [
      name,
      needs.join().match(/[a-z0-9][a-z0-9.+-]+/g) ?? [],
    ]),
  )
  const packages = installed.filter(([, priority]) => priority === 'required')
  const found = new Set(packages.map(([name = '']) => name))
  // A set goes on to what is added to it meanwhile.
  for (const name of found) {
    for (const need of dependencies.get(name) ?? []) if (dependencies.has(need)) found.add(need)
  }
  return found
}

/** Gives a base this machine's Node.js and npm, and the authorities that npm trusts here. */
async function copyNode(root: string): Promise<void> {
  const npm = dirname(dirname(await realpath(findProgram('npm') as string)))
  const modules = join(root, 'usr/lib/node_modules')
  await mkdir(modules, { recursive: true })
  await cp(process.execPath, join(root, 'usr/bin/node'))
  await cp(npm, join(modules, 'npm'), { recursive: true, verbatimSymlinks: true })
  for (const name of ['npm', 'npx']) {
    await symlink(`../../lib/node_modules/npm/bin/${name}-cli.js`, join(root, 'usr/bin', name))
  }
  const authorities = await runOutsider(['npm', 'config', 'get', 'cafile'])
  if (!existsSync(authorities)) return
  await cp(authorities, join(root, 'root/authorities.crt'), { dereference: true })
  await writeFile(join(root, 'root/.npmrc'), 'cafile=/root/authorities.crt\n')
}
