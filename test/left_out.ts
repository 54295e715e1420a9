/**
 * Says what is not tested where something is missing on this machine.
 *
 * @returns `isThere`, for `test.runIf`
 */
export function sayUnless(isThere: boolean, what: string): boolean {
  if (!isThere) console.warn(`Left out: ${what}`)
  return isThere
}

/** The same for what only root can test, such as files of another user. */
export function sayUnlessRoot(what: string): boolean {
  return sayUnless(process.getuid?.() === 0, `${what}: only root can`)
}
