import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { makeTemporaryFolder } from '../../base/files/temporary_folder.ts'
import { UPGRADE_LOOK } from '../../base/lifetimes.ts'
import { CliError } from '../errors.ts'
import { compareVersions, type ReleaseFiles } from './release.ts'

/** What `git pull` would bring to a clone; where it follows no branch, what the newest tag is. */
export type AskedClone = {
  /** As it is told: `main of https://…`. */
  from: string
  here: string
  there: string
  /** How many commits it is ahead, and its files; null where the clone has all of it. */
  ahead: { commits: number; files: ReleaseFiles } | null
}

/** The program's own settings, and what would have git work elsewhere. */
const NOT_FOR_GIT = /^(ENTRYWAY_|PDS_|RIVET_|GIT_(DIR|WORK_TREE|INDEX_FILE)$)/
const VERSION_TAG = /^refs\/tags\/v?(\d+\.\d+\.\d+)$/
const BYTES = 16 * 1024 * 1024

/**
 * Asks the remote of a clone by its own settings. Nothing is written into the clone, which may be
 * another user's: what is fetched goes to a folder that is thrown away.
 *
 * @throws {CliError} in words, where there is no git, no remote or no network
 */
export async function askClone(root: string): Promise<AskedClone> {
  const fetched = await makeTemporaryFolder('upgrade')
  try {
    const objects = join(fetched.path, 'objects')
    await mkdir(objects)
    const kept = await gitIn(root, {})('rev-parse', '--git-path', 'objects')
    const git = gitIn(root, {
      GIT_OBJECT_DIRECTORY: objects,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: resolve(root, kept),
    })
    const { remote, branch } = await followed(git)
    const address = shown(await git('remote', 'get-url', remote))
    const { ref, there } = await newest(git, { remote, branch, address })
    const from = `${ref.replace(/^refs\/(heads|tags)\//, '')} of ${address}`
    const here = await git('rev-parse', 'HEAD')
    // What cannot be answered is a commit that this clone does not have yet.
    const isHere = await git('merge-base', '--is-ancestor', there, 'HEAD').then(
      () => true,
      () => false,
    )
    if (isHere) return { from, here, there, ahead: null }
    await git(
      ...['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance'],
      ...['--refmap=', remote, ref],
    )
    const read = (path: string) => git('show', `${there}:${path}`)
    const files = { packageJson: await read('package.json'), changelog: await read('CHANGELOG.md') }
    const commits = Number(await git('rev-list', '--count', `HEAD..${there}`))
    return { from, here, there, ahead: { commits, files } }
  } finally {
    await fetched.remove()
  }
}

type Git = (...args: string[]) => Promise<string>

/** The remote, and the branch there that `git pull` takes: null on a tag, or where none is set. */
async function followed(git: Git): Promise<{ remote: string; branch: string | null }> {
  const setting = (name: string) => git('config', '--get', name).catch(() => '')
  const current = await git('symbolic-ref', '--quiet', '--short', 'HEAD').catch(() => '')
  const remote = current && (await setting(`branch.${current}.remote`))
  const branch = current && (await setting(`branch.${current}.merge`))
  if (remote && remote !== '.' && branch) return { remote, branch }
  const remotes = (await git('remote')).split('\n').filter(Boolean)
  const [first] = remotes.toSorted((a, b) => Number(b === 'origin') - Number(a === 'origin'))
  if (first === undefined) {
    throw new CliError(
      'This clone has no remote, so nothing says where newer versions are: git remote add origin <address>, or set ENTRYWAY_UPGRADE_URL (docs/deploy.md, "Upgrades")',
    )
  }
  return { remote: first, branch: null }
}

async function newest(
  git: Git,
  { remote, branch, address }: { remote: string; branch: string | null; address: string },
): Promise<{ ref: string; there: string }> {
  const listed = await git('ls-remote', remote, 'HEAD', branch ?? 'refs/tags/*', 'refs/tags/*')
  const refs = new Map(
    listed.split('\n').map((line) => line.split('\t').reverse() as [string, string]),
  )
  const version = (ref: string) => VERSION_TAG.exec(ref)?.[1] ?? ''
  const [tag] = [...refs.keys()]
    .filter(version)
    .sort((a, b) => compareVersions(version(b), version(a)))
  const ref = branch ?? tag ?? 'HEAD'
  // Of an annotated tag, the commit.
  const there = refs.get(`${ref}^{}`) ?? refs.get(ref)
  if (there === undefined) throw new CliError(`There is no ${ref} at ${address} any more`)
  return { ref, there }
}

/** Runs git in a clone. It asks for no password, which would be for an address that is not there. */
function gitIn(root: string, places: Record<string, string>): Git {
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_FOR_GIT.test(name))),
    ...{ GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
    ...places,
  }
  return async (...args) => {
    try {
      // The clone may be root's, who installs, and this run by the user of the program, which is run
      // from there as well.
      const { stdout } = await promisify(execFile)('git', ['-c', 'safe.directory=*', ...args], {
        ...{ cwd: root, env, maxBuffer: BYTES, timeout: UPGRADE_LOOK },
      })
      return stdout.trim()
    } catch (err) {
      throw new CliError(reason(err as Failed, args))
    }
  }
}

type Failed = Error & { code?: string | number | null; killed?: boolean; stderr?: string }

function reason({ code, killed, stderr = '' }: Failed, [command = '']: string[]): string {
  if (code === 'ENOENT') {
    return 'There is no git here to ask for newer versions: install it, or set ENTRYWAY_UPGRADE_URL (docs/deploy.md, "Upgrades")'
  }
  const said = killed
    ? 'no answer in time'
    : shown(stderr.split('\n').find((line) => line && !line.startsWith('warning: ')) ?? '')
  return ['ls-remote', 'fetch'].includes(command)
    ? `What is newer could not be asked; is there a network? git ${command}: ${said}`
    : `git ${command}: ${said}`
}

/** Without a name and password in the address. */
const shown = (text: string) => text.replaceAll(/(?<=:\/\/)[^/\s@]*@/g, '')
