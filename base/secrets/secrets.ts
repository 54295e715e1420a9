import {
  createECDH,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type ECDH,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import {
  constants,
  copyFileSync,
  linkSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { SettingsError } from '../errors.ts'
import { explainUnreadable, isThere } from '../files/files.ts'
import { makeFolder } from '../files/make_folder.ts'
import { giveToOwnerOf } from '../files/ownership.ts'
import { ACCOUNTS_FOLDER, makePrivateDataFolder } from '../files/private_files.ts'
import { syncAll, syncEntries } from '../files/sync_files.ts'
import type { Settings } from '../settings/settings.ts'
import { codeOf } from '../values/fault_code.ts'
import { RotationKey } from './rotation_key.ts'
import { Seal } from './seal.ts'

/** The keys and secrets of one entryway. Several machines of one entryway must share them. */
export type Secrets = {
  adminPassword: string
  /** Signs OAuth and legacy tokens (ES256K). */
  jwtKeyHex: string
  jwtPrivateKey: KeyObject
  jwtPublicKey: KeyObject
  /** What the PDS is given as `PDS_ENTRYWAY_JWT_VERIFY_KEY_K256_PUBLIC_KEY_HEX`. */
  jwtPublicKeyHex: string
  /** Signs PLC operations. */
  plcRotationKey: RotationKey
  /** The same, as settings have it. */
  plcRotationKeyHex: string
  dpopSecret: Uint8Array
  /** Derived from the DPoP secret (HKDF-SHA256), one per purpose. */
  actorSecret: string
  /** Bearer token of the operator's API. */
  operatorToken: string
  /** Of requests that are told how they came (`operator/doctor/seen.ts`). */
  seenToken: string
  refreshTokenSecret: KeyObject
  /** Makes the name of a person for hCaptcha, so that it can tell people apart and not learn who they are. */
  captchaSalt: string
  /** Key of the MAC in codes, tokens and sessions of the OpenID provider. */
  openidSecret: KeyObject
  /** From which follow the nonces of DPoP proofs for the OpenID provider. */
  openidNonceSecret: Buffer
  /** What a stock PDS demands to be given; behind an entryway it signs nothing with either. */
  embeddedPds: { jwtSecret: string; plcRotationKeyHex: string }
  /** Encrypts what the databases keep that could be used as it is, such as private keys. */
  seal: Seal
}

/** The keys, without which what is kept of accounts is of little use, by their settings. */
const KEY_FILES = {
  ENTRYWAY_JWT_KEY_HEX: 'jwt_key.hex',
  ENTRYWAY_PLC_ROTATION_KEY_HEX: 'plc_rotation_key.hex',
  ENTRYWAY_DPOP_SECRET_HEX: 'dpop_secret.hex',
}

/**
 * Whether a data folder has accounts, which were made with its keys. A folder for them that is empty is that of no account
 * yet, as a disk that is mounted there before the first start, or of a disk that is away.
 */
export function hasAccounts(dataDir: string): boolean {
  const folder = join(dataDir, 'accounts')
  if (!isThere(folder)) return false
  if (isThere(join(dataDir, 'directory.sqlite'))) return true
  try {
    return readdirSync(folder).some((name) => ACCOUNTS_FOLDER.test(name))
  } catch (err) {
    throw explainUnreadable(err, folder)
  }
}

/**
 * Takes each secret from the settings or from `<data>/secrets/`, where a missing one is generated
 * once, mode 0600. Where there are accounts, no key is: another one in the place of one that was only mislaid
 * would sign everybody out, and leave the DIDs with a key that nobody has.
 *
 * @throws {SettingsError} when a secret file can be read by others or does not hold what it should, or a key
 * is missing that the accounts need
 */
export async function loadSecrets(settings: Settings): Promise<Secrets> {
  makePrivateDataFolder(settings.dataDir)
  const folder = join(settings.dataDir, 'secrets')
  const { given } = settings
  // Asked before a key is looked for: the process that makes accounts has made the keys before.
  const isInUse = hasAccounts(settings.dataDir)
  const hex = (setting: keyof typeof KEY_FILES, value: string | undefined) => {
    if (value !== undefined) return value
    const name = KEY_FILES[setting]
    if (isInUse && !isThere(join(folder, name))) throw missing(join(folder, name), setting)
    return keep(folder, name, () => randomBytes(32).toString('hex'), /^[0-9a-f]{64}$/i)
  }

  const jwtKeyHex = hex('ENTRYWAY_JWT_KEY_HEX', given.jwtKeyHex)
  const plcRotationKeyHex = hex('ENTRYWAY_PLC_ROTATION_KEY_HEX', given.plcRotationKeyHex)
  const dpopSecret = Buffer.from(hex('ENTRYWAY_DPOP_SECRET_HEX', given.dpopSecretHex), 'hex')
  const adminPassword =
    given.adminPassword ??
    keep(folder, 'admin_password', () => randomBytes(18).toString('base64url'), /^\P{Cc}{8,}$/u)
  const derive = (purpose: string) =>
    new Uint8Array(hkdfSync('sha256', dpopSecret, '', `vestibule ${purpose}`, 32))

  return {
    adminPassword,
    jwtKeyHex,
    ...es256kKeyPair(jwtKeyHex),
    plcRotationKey: new RotationKey(
      plcRotationKeyHex,
      ecdhOf('ENTRYWAY_PLC_ROTATION_KEY_HEX', plcRotationKeyHex),
    ),
    plcRotationKeyHex,
    dpopSecret,
    actorSecret: Buffer.from(derive('actor connection')).toString('base64url'),
    operatorToken: Buffer.from(derive('operator')).toString('base64url'),
    seenToken: Buffer.from(derive('seen')).toString('base64url'),
    refreshTokenSecret: createSecretKey(derive('refresh token')),
    captchaSalt: Buffer.from(derive('hCaptcha')).toString('base64url'),
    openidSecret: createSecretKey(derive('OpenID token')),
    openidNonceSecret: Buffer.from(derive('OpenID DPoP nonce')),
    embeddedPds: {
      jwtSecret: Buffer.from(derive('embedded PDS')).toString('hex'),
      plcRotationKeyHex: Buffer.from(derive('PLC key of the embedded PDS')).toString('hex'),
    },
    seal: new Seal(derive('seal')),
  }
}

const missing = (path: string, setting: string) =>
  new SettingsError([
    `${path}: is not there, and the accounts here were made with it: put it back from where you keep the keys, or set ${setting}. Where it is lost for good: docs/keys.md`,
  ])

function ecdhOf(setting: keyof typeof KEY_FILES, privateKeyHex: string): ECDH {
  const ecdh = createECDH('secp256k1')
  try {
    ecdh.setPrivateKey(privateKeyHex, 'hex')
  } catch {
    throw new SettingsError([
      `${setting}: is not a secp256k1 private key; make one as docs/keys.md says`,
    ])
  }
  return ecdh
}

function es256kKeyPair(privateKeyHex: string) {
  const ecdh = ecdhOf('ENTRYWAY_JWT_KEY_HEX', privateKeyHex)
  const point = ecdh.getPublicKey()
  const publicJwk = {
    kty: 'EC',
    crv: 'secp256k1',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  }
  const d = Buffer.from(privateKeyHex, 'hex').toString('base64url')
  return {
    jwtPrivateKey: createPrivateKey({ format: 'jwk', key: { ...publicJwk, d } }),
    jwtPublicKey: createPublicKey({ format: 'jwk', key: publicJwk }),
    jwtPublicKeyHex: ecdh.getPublicKey('hex', 'compressed'),
  }
}

function keep(folder: string, name: string, generate: () => string, shape: RegExp): string {
  const path = join(folder, name)
  if (!isThere(path)) {
    makeFolder(folder)
    writeWhole(path, `${generate()}\n`)
    giveToOwnerOf(dirname(folder), folder)
    // What is made with a key may be on the disk before its name is.
    for (const each of [folder, dirname(folder)]) syncEntries(each)
  }
  const value = read(path)
  if (statSync(path).mode & 0o077) {
    throw new SettingsError([`${path}: can be read by others; run: chmod 600 ${path}`])
  }
  if (!shape.test(value))
    throw new SettingsError([`${path}: holds no valid secret; put back the file of your backup`])
  return value
}

/** @throws {NoPermissionError | NoFileError} */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (err) {
    throw explainUnreadable(err, path)
  }
}

/**
 * Writes a file that is not there yet: what a kill or a full disk leaves of it would be taken for a key that is damaged.
 * Several processes may start at once, also in containers, where they have the same number; the first to give its file the name decides.
 */
function writeWhole(path: string, content: string): void {
  const fresh = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`)
  try {
    writeFileSync(fresh, content, { mode: 0o600, flag: 'wx', flush: true })
    nameAs(fresh, path)
  } catch (err) {
    if (codeOf(err) !== 'EEXIST') throw err
  } finally {
    rmSync(fresh, { force: true })
  }
}

/** @throws {Error} EEXIST where the name is taken */
function nameAs(fresh: string, path: string): void {
  try {
    linkSync(fresh, path)
  } catch (err) {
    if (!NO_LINKS.includes(codeOf(err))) throw err
    copyFileSync(fresh, path, constants.COPYFILE_EXCL)
    syncAll(path)
  }
}

/** What disks say on which a file has one name, such as FAT, and some of the network. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']
