import { readdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { inTheWay, notEmpty } from '../base/files/empty_folder.ts'
import { isThere } from '../base/files/files.ts'
import { CliError, ExitCode } from './errors.ts'

/**
 * @param name what to name instead
 * @throws {CliError} where there is no such folder
 */
export function assertFolder(path: string, name: string): void {
  if (isFolder(path)) return
  const found = isThere(path) ? `${path} is no folder` : `There is no folder ${path}`
  throw new CliError(`${found}; name ${name}`, ExitCode.wrongUsage)
}

/** @throws {CliError} where no folder can be made, and none without content is there */
export function assertNewFolder(path: string): void {
  assertCanBeFolder(path)
  if (!isThere(path) || readdirSync(path).length === 0) return
  throw new CliError(notEmpty(path), ExitCode.wrongUsage)
}

/** @throws {CliError} where a file is in its place, or in that of a folder above it */
export function assertCanBeFolder(path: string): void {
  if (isFolder(path)) return
  const isInTheWay = isThere(path) || !isBelowFolder(path)
  if (isInTheWay) throw new CliError(inTheWay(path), ExitCode.wrongUsage)
}

const isFolder = (path: string) => isThere(path) && statSync(path).isDirectory()

function isBelowFolder(path: string): boolean {
  const above = dirname(path)
  if (above === path || isFolder(above)) return true
  return !isThere(above) && isBelowFolder(above)
}
