import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, realpath, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findProgram } from './proxies.ts'
import { makeTemporaryFolder } from './temporary_folder.ts'

const execute = promisify(execFile)
const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url))
const BASE = 'localhost/debian:minbase'
const WITH_NODE = 'localhost/node:minbase'
const IMAGE = 'localhost/vestibule:test'

/** The image of deploy/Dockerfile, built here, and a container of it. */
export type Image = {
  /** The container's file system, as it stands. */
  root: string
  /**
   * Starts a command in the container, with a process id of this machine.
   *
   * @returns the program and arguments for `spawn`
   */
  command(environment: Record<string, string>, ...command: string[]): [string, string[]]
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
  const missing = ['buildah', 'debootstrap'].filter((name) => !findProgram(name))
  if (missing.length) return `not installed: ${missing.join(', ')} (apt-get install)`
  return process.getuid?.() === 0 ? null : 'only root can make the base image'
}

/**
 * Builds the image as its Dockerfile says, upon a base that Debian's packages make: no registry of
 * images is asked. Processes in the container see the network of this machine.
 */
export async function buildImage(): Promise<Image> {
  const folder = await makeTemporaryFolder('image')
  const storage = [
    ...['--root', join(folder.path, 'root'), '--runroot', join(folder.path, 'run')],
    ...['--storage-driver', 'vfs'],
  ]
  const env = { ...process.env, BUILDAH_ISOLATION: 'chroot' }
  const buildah = async (...args: string[]) => {
    const { stdout } = await execute('buildah', [...storage, ...args], {
      ...{ env, cwd: REPOSITORY, maxBuffer: 64 * 1024 * 1024 },
    })
    return stdout.trim()
  }
  const fill = async (from: string, name: string, filled: (root: string) => Promise<unknown>) => {
    const container = await buildah('from', '--pull-never', from)
    await filled(await buildah('mount', container))
    await buildah('commit', '--quiet', '--rm', container, name)
  }
  try {
    await fill('scratch', BASE, (root) =>
      execute('debootstrap', ['--variant=minbase', 'bookworm', root]),
    )
    await fill(BASE, WITH_NODE, copyNode)
    const store = (await execute('npx', ['-y', 'pnpm@10', 'store', 'path'])).stdout.trim()
    await buildah(
      ...['build', '--pull-never', '--format', 'docker', '--file', 'deploy/Dockerfile'],
      ...['--build-arg', `BUILD_IMAGE=${WITH_NODE}`, '--build-arg', `BASE_IMAGE=${BASE}`],
      // What is downloaded already need not be downloaded again.
      ...['--volume', `${store}:/root/.local/share/pnpm/store/v10`, '--tag', IMAGE, '.'],
    )
    const container = await buildah('from', '--pull-never', IMAGE)
    const root = await buildah('mount', container)
    const { Docker } = JSON.parse(await buildah('inspect', '--type', 'image', IMAGE)) as {
      Docker: { config: Image['config'] }
    }
    const command: Image['command'] = (environment, ...command) => {
      const set = Object.entries(environment).flatMap(([name, value]) => ['-e', `${name}=${value}`])
      return [
        'buildah',
        [...storage, 'run', '--isolation', 'chroot', ...set, container, '--', ...command],
      ]
    }
    return { root, command, config: Docker.config, remove: folder.remove }
  } catch (err) {
    await folder.remove()
    throw err
  }
}

/** Gives a base this machine's Node.js and npm, and the authorities that npm trusts here. */
async function copyNode(root: string): Promise<void> {
  const npm = dirname(dirname(await realpath(findProgram('npm') as string)))
  const modules = join(root, 'usr/lib/node_modules')
  await mkdir(modules, { recursive: true })
  await cp(process.execPath, join(root, 'usr/bin/node'))
  await cp(npm, join(modules, 'npm'), { recursive: true, verbatimSymlinks: true })
  for (const name of ['npm', 'npx']) {
    await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(root, 'usr/bin', name))
  }
  const { stdout } = await execute('npm', ['config', 'get', 'cafile'])
  const authorities = stdout.trim()
  if (!existsSync(authorities)) return
  await cp(authorities, join(root, 'root/authorities.crt'), { dereference: true })
  await writeFile(join(root, 'root/.npmrc'), 'cafile=/root/authorities.crt\n')
}
