import { spawnSync } from 'node:child_process'

/** A file system of its own for one process; the user needs no privilege. */
const APART = ['unshare', '--user', '--map-root-user', '--mount'] as const

/** Not in every container. */
export function isMountAllowed(): boolean {
  const [unshare, ...options] = APART
  return spawnSync(unshare, [...options, 'true']).status === 0
}

/**
 * The words before a command, which has a disk in memory mounted at a folder then. It is gone with its process.
 *
 * @param path of the folder, which is there
 * @param options of tmpfs, such as `size=32m` or `ro`
 */
export function mounted(path: string, options: string): [string, ...string[]] {
  const mount = `mount -t tmpfs -o ${options} tmpfs "$0" && exec "$@"`
  return [...APART, 'sh', '-c', mount, path]
}
