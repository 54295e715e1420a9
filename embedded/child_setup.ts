import { join } from 'node:path'
import type { ServerEnvironment } from '@atproto/pds'
import type { Secrets } from '../base/secrets/secrets.ts'
import type { Settings } from '../base/settings/settings.ts'
import { reachedAt } from '../base/values/loopback.ts'
import { folderOf } from './folder.ts'

/** What the child process is told when it starts. */
export type ChildSetup = {
  /** Settings of the PDS over those in its environment, by their names in the PDS's code. */
  environment: ServerEnvironment
  publicUrl: string
  /** Where this program's gateway is reached on this machine, by an origin. */
  gateway: string
  /** Its data folder. */
  folder: string
  /** The loopback port where it listens, if that is free. */
  port: number
}

/** As at the installer of the reference. */
const APP_VIEW = { bskyAppViewUrl: 'https://api.bsky.app', bskyAppViewDid: 'did:web:api.bsky.app' }
const REPORT_SERVICE = {
  reportServiceUrl: 'https://mod.bsky.app',
  reportServiceDid: 'did:plc:ar7c4by46qjdydhdevvrndac',
}
const CRAWLERS = ['https://bsky.network']
const BLOB_UPLOAD_LIMIT = 100 * 1024 * 1024

/**
 * What the embedded PDS is set up with: what this program decides, and defaults for what `env`
 * leaves open.
 */
export function childSetup(
  settings: Settings,
  secrets: Secrets,
  env: NodeJS.ProcessEnv,
): Omit<ChildSetup, 'port'> {
  const { publicUrl, dev } = settings
  const isGiven = (...names: string[]) => names.some((name) => env[`PDS_${name}`])
  /** Also to nothing, where that says that there is none. */
  const isSet = (...names: string[]) => names.some((name) => env[`PDS_${name}`] !== undefined)
  const folder = folderOf(settings, env)
  const isPublic = publicUrl.startsWith('https:')
  return {
    publicUrl,
    folder,
    gateway: gatewayOf(settings),
    environment: {
      hostname: new URL(publicUrl).host,
      serviceDid: settings.did,
      serviceName: settings.name,
      // It refuses a URL of its own without TLS otherwise.
      devMode: dev || !isPublic,
      ...(!isGiven('DISABLE_SSRF_PROTECTION') && { disableSsrfProtection: dev }),
      dataDirectory: folder,
      ...(!isGiven('BLOBSTORE_S3_BUCKET', 'BLOBSTORE_DISK_LOCATION') && {
        blobstoreDiskLocation: join(folder, 'blobs'),
      }),
      ...(!isGiven('BLOB_UPLOAD_LIMIT') && { blobUploadLimit: BLOB_UPLOAD_LIMIT }),
      didPlcUrl: settings.plcUrl,
      serviceHandleDomains: settings.handleDomains,
      inviteRequired: settings.inviteRequired,
      entrywayUrl: publicUrl,
      entrywayDid: settings.did,
      entrywayJwtVerifyKeyK256PublicKeyHex: secrets.jwtPublicKeyHex,
      entrywayPlcRotationKey: secrets.plcRotationKey.did(),
      jwtSecret: secrets.embeddedPds.jwtSecret,
      plcRotationKeyK256PrivateKeyHex: secrets.embeddedPds.plcRotationKeyHex,
      adminPassword: secrets.adminPassword,
      // A client keeps one nonce for one origin, so both must take each other's.
      dpopSecret: Buffer.from(secrets.dpopSecret).toString('hex'),
      ...(!isGiven('RATE_LIMITS_ENABLED') && { rateLimitsEnabled: settings.rateLimits }),
      // Its operator is this program; the addresses of clients come with their requests.
      rateLimitBypassIps: [
        '127.0.0.1',
        ...(env.PDS_RATE_LIMIT_BYPASS_IPS || '').split(',').filter(Boolean),
      ],
      ...(!isGiven('LEXICON_AUTHORITY_DID') &&
        settings.lexiconAuthorityDid !== null && {
          lexiconDidAuthority: settings.lexiconAuthorityDid,
        }),
      ...(!dev && !isSet('BSKY_APP_VIEW_URL', 'BSKY_APP_VIEW_DID') && APP_VIEW),
      ...(!dev &&
        !isSet('REPORT_SERVICE_URL', 'REPORT_SERVICE_DID', 'MOD_SERVICE_URL') &&
        REPORT_SERVICE),
      ...(!dev && isPublic && !isSet('CRAWLERS') && { crawlers: CRAWLERS }),
    },
  }
}

function gatewayOf({ host, port }: Pick<Settings, 'host' | 'port'>): string {
  return `http://${reachedAt(host)}:${port}`
}
