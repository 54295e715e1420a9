import { realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'

/** Whether a path is that of a folder, or below it. One without a beginning is below the working directory. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** Whether a path leads to a folder, or below it, whatever links are on the way. Neither has to be there yet. */
export function leadsInside(folder: string, path: string): boolean {
  return isInside(realPath(folder), realPath(path))
}

function realPath(path: string): string {
  const whole = resolve(path)
  try {
    return realpathSync(whole)
  } catch {
    const above = dirname(whole)
    return above === whole ? whole : join(realPath(above), basename(whole))
  }
}
