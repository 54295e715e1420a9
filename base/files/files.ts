import { accessSync, constants, lstatSync, readlinkSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'
import { codeOf, pathOf } from '../values/fault_code.ts'

/** Raised where a file may be there, but this user may not look or write. */
export class NoPermissionError extends Error {
  /** Without what to do. */
  readonly found: string

  constructor(path: string, options?: ErrorOptions) {
    const found = `${userName()} may not use ${path}`
    super(`${found}: run this as root, or as the user to whom it belongs`, options)
    this.name = 'NoPermissionError'
    this.found = found
  }
}

/** Raised where a folder is in the place of a file. */
export class NoFileError extends Error {
  constructor(path: string, options?: ErrorOptions) {
    super(`${path} is a folder, and a file has to be there`, options)
    this.name = 'NoFileError'
  }
}

/**
 * Whether there is such a file or folder. Unlike `existsSync`, it does not take one that this user
 * may not see for one that is not there.
 *
 * @throws {NoPermissionError}
 */
export function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (err) {
    throw explainUnreadable(err, path)
  }
}

/**
 * Where a symbolic link leads, as it says; null where there is none.
 *
 * @throws {NoPermissionError}
 */
export function readLink(path: string): string | null {
  try {
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()
    return isLink ? readlinkSync(path) : null
  } catch (err) {
    throw explainUnreadable(err, path)
  }
}

/** Raised where a name leads to another file than the one that is open, or to none. */
export class GoneError extends Error {
  constructor(path: string) {
    super(`${path} is not there any more: its folder was moved or removed, or its disk unmounted`)
    this.name = 'GoneError'
  }
}

/** A file that is open: what is written to it is found again where its name still leads to it. */
export type OpenFile = { path: string; dev: number; ino: number }

/** @throws {GoneError} */
export function assertStillThere({ path, dev, ino }: OpenFile): void {
  const now = statSync(path, { throwIfNoEntry: false })
  if (now?.ino !== ino || now.dev !== dev) throw new GoneError(path)
}

/** Raised where a file is, or would be, on a disk on which this program cannot write. */
class ReadOnlyError extends Error {
  constructor(path: string, options?: ErrorOptions) {
    super(
      `${path} can only be read here: mount its disk so that it can be written, or let the unit of the program write there (ReadWritePaths)`,
      options,
    )
    this.name = 'ReadOnlyError'
  }
}

/**
 * What to throw instead of an error of a write: of a disk that can only be read, Node.js may say that a folder is not
 * there, and SQLite that a database cannot be opened.
 *
 * @param path that was to be written
 */
export function explainUnwritable(err: unknown, path: string): unknown {
  try {
    accessSync(path, constants.W_OK)
    return explainUnreadable(err, path)
  } catch (found) {
    const code = codeOf(found)
    if (code === 'EROFS') return new ReadOnlyError(path, { cause: err })
    const isAbove = code === 'ENOENT' && dirname(path) !== path
    if (isAbove) return explainUnwritable(err, dirname(path))
    const explained = explainUnreadable(found, path)
    return explained === found ? explainUnreadable(err, path) : explained
  }
}

/**
 * What to throw instead of an error of the file system: a {@link NoPermissionError} or {@link NoFileError} if it is one.
 *
 * @param path the one that the error names, unless given
 */
export function explainUnreadable(err: unknown, path?: string): unknown {
  const where = path ?? pathOf(err)
  const code = codeOf(err)
  if (where === undefined) return err
  if (code === 'EROFS') return new ReadOnlyError(where, { cause: err })
  if (code === 'EISDIR') return new NoFileError(where, { cause: err })
  return isForbidden(err) ? new NoPermissionError(where, { cause: err }) : err
}

/** Whether the system says that this user may not do that. */
export function isForbidden(err: unknown): boolean {
  const code = codeOf(err)
  return code === 'EACCES' || code === 'EPERM'
}

/** The first of some files and folders that this user may not read and write; null where there is none. */
export function findForbidden(paths: readonly string[]): string | null {
  const isOne = (path: string) => {
    try {
      accessSync(path, constants.R_OK | constants.W_OK)
      return false
    } catch (err) {
      return isForbidden(err)
    }
  }
  return paths.find(isOne) ?? null
}

/** What the file system and SQLite say where a disk is full, or an account has used up its share of it. */
const FULL = ['ENOSPC', 'EDQUOT', 'SQLITE_FULL']

/** What to tell an operator instead of an error of a disk that is full, or that cannot be read or written: what to do. */
export function explainDisk(err: unknown): unknown {
  const { message } = (err ?? {}) as { message?: string }
  const code = codeOf(err)
  if (FULL.includes(code)) {
    return new Error(`${message}. Make room on that disk (df -h shows them), and try again`, {
      cause: err,
    })
  }
  if (code === 'EIO' || code.startsWith('SQLITE_IOERR')) {
    return new Error(
      `${message} (${code}). See whether that disk is full (df -h) or fails (dmesg), and try again`,
      { cause: err },
    )
  }
  return err
}

function userName(): string {
  try {
    return `The user ${userInfo().username}`
  } catch {
    return `User ${process.getuid?.()}`
  }
}
