/** All bits of group and others. */
const OTHERS = 0o077

/** Files that this process makes from now on are private, also when it inherited an open umask. */
export function keepFromOthers(): void {
  process.umask(OTHERS)
}
