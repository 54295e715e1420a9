/**
 * The code of an error itself, by which Node.js, SQLite and undici say what failed, such as `ENOENT` or `SQLITE_BUSY`;
 * empty where it has none, or a number, as of a program that failed.
 */
export function codeOf(err: unknown): string {
  const { code } = (err ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : ''
}

/** The path that an error of the file system names; undefined where it names none. */
export function pathOf(err: unknown): string | undefined {
  const { path } = (err ?? {}) as { path?: unknown }
  return typeof path === 'string' ? path : undefined
}
