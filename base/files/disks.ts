import { stat, statfs } from 'node:fs/promises'

/**
 * One folder for each disk on which some are: the first of each. Those that are not there are left out, but the first of
 * all, without which there are no data.
 *
 * @throws {Error} of the file system
 */
export async function onePerDisk([first, ...others]: readonly string[]): Promise<string[]> {
  const folderOf = new Map<number, string>()
  if (first !== undefined) folderOf.set((await stat(first)).dev, first)
  for (const folder of others) {
    const found = await stat(folder).catch(() => null)
    if (found !== null && !folderOf.has(found.dev)) folderOf.set(found.dev, folder)
  }
  return [...folderOf.values()]
}

/** Of the disk on which some folder is that has the smallest share left: bytes. */
export async function roomOfFullest(
  folders: readonly string[],
): Promise<{ free: number; total: number }> {
  const rooms = await Promise.all((await onePerDisk(folders)).map(roomOf))
  return rooms.reduce((least, room) => (shareOf(room) < shareOf(least) ? room : least))
}

const shareOf = ({ free, total }: { free: number; total: number }) => free / total

async function roomOf(folder: string) {
  const { bavail, blocks, bsize } = await statfs(folder)
  return { free: bavail * bsize, total: blocks * bsize }
}
