import type { ServerEnvironment } from '@atproto/pds'
import { childSetup } from '../../embedded/child_setup.ts'
import { PASSED_ON } from '../../embedded/pds_settings.ts'
import { LOCATIONS } from '../adopt/places.ts'
import { TAKEN } from '../adopt/settings.ts'
import type { Installation } from '../installation.ts'
import type { PdsEnv } from '../pds/env.ts'

const ROTATION_KEY = 'PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX'

/** What the PDS inside is told unless the operator says otherwise, and how the operator would say it. */
const USUAL: Partial<Record<keyof ServerEnvironment, string>> = {
  devMode: 'PDS_DEV_MODE',
  disableSsrfProtection: 'PDS_DISABLE_SSRF_PROTECTION',
  blobstoreDiskLocation: 'PDS_BLOBSTORE_DISK_LOCATION',
  blobUploadLimit: 'PDS_BLOB_UPLOAD_LIMIT',
  bskyAppViewUrl: 'PDS_BSKY_APP_VIEW_URL',
  bskyAppViewDid: 'PDS_BSKY_APP_VIEW_DID',
  reportServiceUrl: 'PDS_REPORT_SERVICE_URL',
  reportServiceDid: 'PDS_REPORT_SERVICE_DID',
  crawlers: 'PDS_CRAWLERS',
  rateLimitsEnabled: 'PDS_RATE_LIMITS_ENABLED',
  lexiconDidAuthority: 'PDS_LEXICON_AUTHORITY_DID',
}

/** Where the PDS had settings without these, it goes on without them: they were not in force there. */
const STAYS_UNSET = ['PDS_RATE_LIMITS_ENABLED']

/**
 * The settings of the PDS inside when it runs by itself: with the rotation key that every PLC log has,
 * and without an entryway.
 *
 * @param before the settings file that it had
 * @param env the settings here
 */
export function settingsOfPdsInside(
  before: PdsEnv,
  { settings, secrets }: Installation,
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  const { environment, folder } = childSetup(settings, secrets, env)
  const hadSettings = Object.keys(before).length > 0
  const usual = Object.entries(USUAL).flatMap(([property, name]) => {
    const value = environment[property as keyof ServerEnvironment]
    const isToStayUnset = hadSettings && STAYS_UNSET.includes(name) && !before[name]
    return value === undefined || isToStayUnset ? [] : [[name, String(value)]]
  })
  const passedOn = Object.keys(PASSED_ON).filter((name) => env[name] !== undefined)
  const ours = Object.entries(TAKEN).filter(([, name]) => env[name])
  const { protocol, host, hostname, port } = new URL(settings.publicUrl)
  const all: PdsEnv = {
    PDS_JWT_SECRET: secrets.embeddedPds.jwtSecret,
    ...before,
    ...Object.fromEntries(usual),
    ...Object.fromEntries(passedOn.map((name) => [name, env[name]])),
    ...Object.fromEntries(ours.map(([theirs, name]) => [theirs, env[name]])),
    PDS_HOSTNAME: protocol === 'https:' ? host : hostname,
    ...(protocol === 'http:' && { PDS_PORT: port }),
    PDS_SERVICE_DID: settings.did,
    PDS_SERVICE_HANDLE_DOMAINS: settings.handleDomains.join(','),
    PDS_INVITE_REQUIRED: String(settings.inviteRequired),
    PDS_DID_PLC_URL: settings.plcUrl,
    PDS_ADMIN_PASSWORD: secrets.adminPassword,
    PDS_DATA_DIRECTORY: folder,
    // In a container its paths may be others than here.
    ...Object.fromEntries(
      LOCATIONS.flatMap((name) => (before[name] ? [[name, before[name]]] : [])),
    ),
    [ROTATION_KEY]: secrets.plcRotationKeyHex,
  }
  // It takes both or none.
  if (!all.PDS_EMAIL_SMTP_URL) delete all.PDS_EMAIL_FROM_ADDRESS
  return withoutEntryway(all)
}

/** Those of a PDS elsewhere: what it has, without the entryway, and with that rotation key. */
export function settingsOfPdsElsewhere(
  before: PdsEnv,
  { secrets }: Installation,
): Record<string, string> {
  return withoutEntryway({ ...before, [ROTATION_KEY]: secrets.plcRotationKeyHex })
}

function withoutEntryway(settings: PdsEnv): Record<string, string> {
  const own = Object.entries(settings).filter(
    (entry): entry is [string, string] => Boolean(entry[1]) && !/^PDS_ENTRYWAY_/.test(entry[0]),
  )
  return Object.fromEntries(own)
}
