import { readdirSync, rmSync, statSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { makeFolder } from '../files/make_folder.ts'

/** What others than its owner may do with a folder. */
const BY_OTHERS = 0o077

/** What Node.js calls a folder of what it has compiled. */
const OF_NODE = /^v\d+\.\d+\.\d+-/

/**
 * Has Node.js keep what V8 has compiled, so that the next start of this program, or of a command, takes it from
 * there: call it before either is imported. Node.js tells by a checksum what was compiled from other
 * source. Without a folder each start compiles all of it.
 *
 * @param folder that of the user whom the system knows, whatever `HOME` says: what is in it is run.
 * `NODE_COMPILE_CACHE` names another one; with `NODE_DISABLE_COMPILE_CACHE` there is none
 */
export function keepCompiled(folder = folderOfUser()): void {
  const { NODE_COMPILE_CACHE, NODE_DISABLE_COMPILE_CACHE } = process.env
  if (NODE_COMPILE_CACHE || NODE_DISABLE_COMPILE_CACHE) return
  if (folder === null || !isOwn(folder)) return
  const { directory } = enableCompileCache(folder)
  if (!directory) return
  // Also for the PDS inside and for threads.
  process.env.NODE_COMPILE_CACHE = folder
  removeOlder(folder)
}

function folderOfUser(): string | null {
  try {
    return join(userInfo().homedir, '.cache', 'vestibule')
  } catch {
    // The system does not know the user, as in a container.
    return null
  }
}

/**
 * Makes the folder where it is missing.
 *
 * @returns whether no other user can put anything there, also not into what Node.js makes in it: who may write to that
 * depends on the umask alone
 */
function isOwn(folder: string): boolean {
  try {
    makeFolder(folder)
    const { uid, mode } = statSync(folder)
    return uid === process.getuid?.() && (mode & BY_OTHERS) === 0
  } catch {
    return false
  }
}

/** What other versions of Node.js have compiled: each has a folder that begins with its name. */
function removeOlder(folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      if (!OF_NODE.test(name) || name.startsWith(`${process.version}-`)) continue
      rmSync(join(folder, name), { recursive: true, force: true })
    }
  } catch {
    // On a disk that can only be read, or while such a version writes there. It costs room, and no start.
  }
}
