import { isMountAllowed } from '../../lab/world/vestibule/mounted.ts'

/**
 * Says what is not tested where something is missing on this machine.
 *
 * @returns `isThere`, for `test.runIf`
 */
export function sayUnless(isThere: boolean, what: string): boolean {
  if (!isThere) console.warn(`Left out: ${what}`)
  return isThere
}

/** The same for what has a disk of its own, in a file system of its process. */
export function sayUnlessMounted(what: string): boolean {
  return sayUnless(isMountAllowed(), `${what}: nothing can be mounted (unshare --user --mount)`)
}

/** The same for what only root can test, such as files of another user. */
export function sayUnlessRoot(what: string): boolean {
  return sayUnless(process.getuid?.() === 0, `${what}: only root can`)
}
