import { inFile, toRemovals } from '../removal.ts'

const COLUMNS = 'test/secrets/columns.test.ts'
const SETTINGS = 'test/settings/settings.test.ts'
const ON_DISK = 'test/backup/on_disk.test.ts'
const secrets = inFile('base/secrets/secrets.ts')

/** A file that keeps secrets as they are, and finds them by that. */
const inTheClear = (file: string) =>
  inFile(file)(
    "import { hashSecret } from '../hash.ts'",
    'const hashSecret = (secret) => Buffer.from(secret)',
  )

/** What a copy of the databases does not give away. */
export const secretRows = toRemovals([
  [COLUMNS, 'mailed links are hashed', inTheClear('database/account/sign_out_link.ts')],
  [
    COLUMNS,
    'cookies of trusted browsers are hashed',
    inTheClear('database/account/trusted_device.ts'),
  ],
  [
    COLUMNS,
    "the ways into the operator's page are hashed",
    inTheClear('database/directory/operator_session.ts'),
  ],
  [COLUMNS, 'codes of devices are hashed', inTheClear('database/flow/openid_device_code.ts')],
  [
    COLUMNS,
    'a browser is known by a hash',
    inFile('actors/account/known_devices.ts')("hashSecret(text).toString('base64url')", 'text'),
  ],
  [
    COLUMNS,
    'what is read again is sealed',
    inFile('database/sealed_columns.ts')('return sealOf(db).seal(place, text)', 'return text'),
    inFile('database/sealed_columns.ts')('return sealOf(db).open(place, sealed)', 'return sealed'),
  ],
  [SETTINGS, 'no secret is read that the group can read', secrets('mode & 0o077', 'mode & 0o007')],
  [SETTINGS, 'a secret that is damaged is none', secrets('if (!shape.test(value))')],
  [ON_DISK, 'a key is on the disk', secrets(", flag: 'wx', flush: true", ", flag: 'wx'")],
  [ON_DISK, 'so is one on a disk without links', secrets('    syncAll(path)\n', '')],
  [
    ON_DISK,
    'and its name',
    secrets('for (const each of [folder, dirname(folder)]) syncEntries(each)', 'void syncEntries'),
  ],
  [
    'test/secrets/full_disk.test.ts',
    'of two starts the first makes the keys, also on a disk without links',
    secrets('constants.COPYFILE_EXCL', '0 * constants.COPYFILE_EXCL'),
  ],
])
