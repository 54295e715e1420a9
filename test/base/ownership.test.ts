import { execFileSync, spawnSync } from 'node:child_process'
import {
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { giveNewToOwnerOf, giveToOwnerOf, wouldMakeRoots } from '../../base/files/ownership.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { sayUnless, sayUnlessRoot } from '../shared/left_out.ts'

/** Debian's `nobody`. */
const OTHER_USER = 65534
const isRoot = sayUnlessRoot('files that are given away')
const canTakeRootForAnother = sayUnless(
  isRoot && existsSync('/dev/fuse') && spawnSync('bindfs', ['--version']).status === 0,
  'a disk that takes root for another user: there is no bindfs, or no /dev/fuse',
)

/** What the other user does once root has looked at a file or folder of this name, or at what is in it. */
const meanwhile = vi.hoisted(() => ({ looked: (_name: string) => {}, listed: () => {} }))
vi.mock('node:fs', () => {
  const fs = process.getBuiltinModule('node:fs')
  const lstat = (path: string) => {
    const found = fs.lstatSync(path)
    meanwhile.looked(path)
    return found
  }
  const readdirSync = (path: string) => {
    const names = fs.readdirSync(path)
    meanwhile.listed()
    return names
  }
  return { ...fs, lstatSync: lstat, readdirSync }
})

const at = (...names: string[]) => join(folder.path, ...names)
const ownerOf = (...names: string[]) => statSync(at(...names)).uid

let folder: TemporaryFolder
beforeEach(async () => {
  folder = await makeTemporaryFolder('ownership')
  for (const name of ['service', 'service/new', 'service/new/within', 'roots']) mkdirSync(at(name))
  for (const name of ['service/new/file', 'service/new/within/file', 'roots/file']) {
    writeFileSync(at(name), '')
  }
  chownSync(at('service'), OTHER_USER, OTHER_USER)
})
afterEach(async () => {
  Object.assign(meanwhile, { looked: () => {}, listed: () => {} })
  await folder.remove()
})

/** Puts a link to what is root's in the place of a folder, once. */
function swap(...names: string[]) {
  renameSync(at(...names), at('service', 'away'))
  symlinkSync(at('roots'), at(...names))
  Object.assign(meanwhile, { looked: () => {}, listed: () => {} })
}

describe.runIf(isRoot)('by root', () => {
  test('all in a folder is given, and no link is followed', () => {
    symlinkSync(at('roots'), at('service', 'new', 'link'))
    giveToOwnerOf(at('service'), at('service', 'new'))
    for (const name of ['', 'file', 'within', 'within/file']) {
      expect(ownerOf('service', 'new', name), name).toBe(OTHER_USER)
    }
    expect(lstatSync(at('service', 'new', 'link')).uid).toBe(OTHER_USER)
    expect([ownerOf('roots'), ownerOf('roots', 'file')]).toEqual([0, 0])
  })

  test('a file that has another name, too, stays whose it is where only new ones are given', () => {
    linkSync(at('roots', 'file'), at('service', 'new', 'linked'))
    giveNewToOwnerOf(at('service'), at('service', 'new'))
    expect([ownerOf('service', 'new', 'linked'), ownerOf('service', 'new', 'file')]).toEqual([
      0,
      OTHER_USER,
    ])
  })

  test.each([[['service', 'new']], [['service', 'new', 'within']]])(
    'a link that is put in the place of %j when it was looked at leads nowhere',
    (names) => {
      meanwhile.looked = (path) => path.endsWith(`/${names.at(-1)}`) && swap(...names)
      expect(() => giveToOwnerOf(at('service'), at('service', 'new'))).toThrow(/ELOOP|ENOTDIR/)
      expect([ownerOf('roots'), ownerOf('roots', 'file')]).toEqual([0, 0])
    },
  )

  test('nor does one that is put there when the folder was listed', () => {
    meanwhile.listed = () => swap('service', 'new')
    giveToOwnerOf(at('service'), at('service', 'new'))
    expect([ownerOf('roots'), ownerOf('roots', 'file')]).toEqual([0, 0])
    expect(ownerOf('service', 'away', 'file')).toBe(OTHER_USER)
  })
})

test.runIf(isRoot)("what root makes in a folder of another user would be root's", () => {
  expect([wouldMakeRoots(at('service')), wouldMakeRoots(at('roots'))]).toEqual([true, false])
  expect(readdirSync(at('service'))).toEqual(['new'])
})

test.runIf(canTakeRootForAnother)('but on a disk that takes root for that user', () => {
  mkdirSync(at('disk'))
  execFileSync('bindfs', ['--force-user=nobody', '--chown-ignore', at('service'), at('disk')])
  try {
    expect([ownerOf('disk'), wouldMakeRoots(at('disk'))]).toEqual([OTHER_USER, false])
  } finally {
    execFileSync('umount', [at('disk')])
  }
  expect(readdirSync(at('service'))).toEqual(['new'])
})
