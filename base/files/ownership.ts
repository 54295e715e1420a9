import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  lchownSync,
  lstatSync,
  openSync,
  readdirSync,
  type Stats,
  statSync,
  unlinkSync,
} from 'node:fs'
import { join } from 'node:path'

/**
 * Gives a file or folder, and all in it, to the owner of `folder`. What root makes in a folder of
 * the service's user, the service could not write. Another user's files are that user's already.
 */
export function giveToOwnerOf(folder: string, path: string): void {
  asOwnerOf(folder, (uid, gid) => give(path, uid, gid))
}

/** Likewise, but for files that have another name, too, as blobs of a PDS that a backup links: they were there before. */
export function giveNewToOwnerOf(folder: string, path: string): void {
  const isNew = (found: Stats) => found.isDirectory() || found.nlink === 1
  asOwnerOf(folder, (uid, gid) => give(path, uid, gid, isNew))
}

/** Gives a file or folder alone, without what is in it. */
export function giveAloneToOwnerOf(folder: string, path: string): void {
  asOwnerOf(folder, (uid, gid) => lchownSync(path, uid, gid))
}

/** Whether this is root, and a folder is another user's, who can write into its files what they like. */
export function isRootAtOthers(folder: string): boolean {
  return process.getuid?.() === 0 && statSync(folder).uid !== 0
}

/**
 * Whether what this makes in a folder would not belong to the folder's owner, being root's. A network disk may take root for
 * another user (`root_squash` of NFS), which may be that owner: so it is seen by a file that is made there.
 */
export function wouldMakeRoots(folder: string): boolean {
  if (!isRootAtOthers(folder)) return false
  const path = join(folder, `.owner-${randomBytes(6).toString('hex')}`)
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  try {
    const descriptor = openSync(path, O_NOFOLLOW | O_WRONLY | O_CREAT | O_EXCL, 0o600)
    try {
      return fstatSync(descriptor).uid !== statSync(folder).uid
    } finally {
      closeSync(descriptor)
      unlinkSync(path)
    }
  } catch {
    // It may not write there.
    return true
  }
}

/** Only root can give files away, and what is root's stays so. */
function asOwnerOf(folder: string, work: (uid: number, gid: number) => void): void {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(folder)
  if (uid !== 0) work(uid, gid)
}

function give(
  path: string,
  uid: number,
  gid: number,
  isMeant: (found: Stats) => boolean = () => true,
): void {
  const found = lstatSync(path)
  if (found.isDirectory()) {
    withFolder(path, (held) => {
      for (const name of readdirSync(held)) give(join(held, name), uid, gid, isMeant)
    })
  }
  if (isMeant(found)) lchownSync(path, uid, gid)
}

/**
 * Opens a folder, and hands on a path that leads to what is open. The service's user may rename a folder there and put a
 * link in its place meanwhile, and root would give away or move what the link leads to.
 *
 * @throws {Error} ELOOP or ENOTDIR, where a link is in its place
 */
export function withFolder(path: string, work: (held: string) => void): void {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants
  const descriptor = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  try {
    // Node.js has no `openat`; elsewhere than on Linux nothing leads from a descriptor to what is in its folder.
    work(process.platform === 'linux' ? `/proc/self/fd/${descriptor}` : path)
  } finally {
    closeSync(descriptor)
  }
}
