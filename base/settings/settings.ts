import { resolve } from 'node:path'
import { z } from 'zod'
import { SettingsError } from '../errors.ts'
import { ACCESS_TOKEN_MAX, MINUTE } from '../lifetimes.ts'
import { webDid } from '../values/did.ts'
import { isLoopback } from '../values/loopback.ts'
import {
  type BackupSetting,
  backupEnvironment,
  mistakesInBackups,
  toBackupSetting,
} from './backup_setting.ts'
import { type Branding, brandingEnvironment, toBranding } from './branding.ts'
import {
  type CaptchaSetting,
  captchaEnvironment,
  mistakesInCaptcha,
  toCaptchaSetting,
} from './captcha_setting.ts'
import { engineEnvironment, mistakesInEngine } from './engine_setting.ts'
import {
  isEmbeddedWanted,
  mistakesInPds,
  type PdsSetting,
  pdsEnvironment,
  toPdsSetting,
} from './pds_setting.ts'
import {
  accessTokenMinutes,
  addressRanges,
  countUpTo,
  did,
  didKey,
  domains,
  emailAddress,
  flag,
  folder,
  hexKey,
  listenAddress,
  mailServer,
  networks,
  oneOf,
  originOf,
  ownPassword,
  PRIVATE_NETWORKS,
  port,
  publicOrigin,
  sender,
  serviceName,
  shown,
  webFolder,
} from './setting_kinds.ts'
import { type TracesSetting, toTracesSetting, tracesEnvironment } from './traces_setting.ts'
import { mistakesInNames } from './unknown_settings.ts'

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

const environment = z.object({
  ENTRYWAY_PUBLIC_URL: publicOrigin.optional(),
  ENTRYWAY_NAME: serviceName.optional(),
  ENTRYWAY_PORT: port.default(2600),
  ENTRYWAY_HOST: listenAddress.optional(),
  ENTRYWAY_ACTOR_PORT: port.default(6420),
  ENTRYWAY_METRICS_PORT: port.optional(),
  ENTRYWAY_DATA_DIR: folder.default('./data'),
  ENTRYWAY_DID: did.optional(),
  ...pdsEnvironment,
  ENTRYWAY_PLC_URL: originOf('https://plc.directory').default('https://plc.directory'),
  ENTRYWAY_HANDLE_DOMAINS: domains.optional(),
  ENTRYWAY_INVITE_REQUIRED: flag.default(true),
  ENTRYWAY_USER_INVITES: countUpTo(100).optional(),
  ...captchaEnvironment,
  ENTRYWAY_ADMIN_PASSWORD: ownPassword.optional(),
  ENTRYWAY_JWT_KEY_HEX: hexKey.optional(),
  ENTRYWAY_PLC_ROTATION_KEY_HEX: hexKey.optional(),
  ENTRYWAY_DPOP_SECRET_HEX: hexKey.optional(),
  ENTRYWAY_SMTP_URL: mailServer.optional(),
  ENTRYWAY_EMAIL_FROM: sender.optional(),
  ...backupEnvironment,
  ENTRYWAY_OPERATOR_EMAIL: emailAddress.optional(),
  ENTRYWAY_UPGRADE_URL: webFolder.optional(),
  ENTRYWAY_TRUSTED_PROXIES: addressRanges.default(['127.0.0.1', '::1']),
  ENTRYWAY_OPERATOR_PAGE: networks.default(PRIVATE_NETWORKS),
  ENTRYWAY_RATE_LIMITS: oneOf(['on', 'off']).default('on'),
  ENTRYWAY_MOD_SERVICE_DID: did.optional(),
  ENTRYWAY_RECOVERY_DID_KEY: didKey.optional(),
  ...brandingEnvironment,
  ENTRYWAY_LEXICON_AUTHORITY_DID: did.optional(),
  ENTRYWAY_OPENID_REGISTRATION: oneOf(['off', 'token', 'open']).default('off'),
  ENTRYWAY_DEV: flag.default(false),
  ENTRYWAY_ACCESS_TOKEN_MINUTES: accessTokenMinutes.default(ACCESS_TOKEN_MAX / MINUTE),
  ENTRYWAY_LOG_LEVEL: oneOf(LOG_LEVELS).default('info'),
  ...engineEnvironment,
  ...tracesEnvironment,
})

/** Every variable that is a setting. */
export const settingNames = Object.keys(environment.shape)

/** What the operator decided; every default is filled in. Most durations are elsewhere (`base/lifetimes.ts`). */
export type Settings = {
  /** Issuer and public origin, without a trailing slash. */
  publicUrl: string
  /** What the sign-in pages call this service. */
  name: string
  port: number
  host: string
  actorPort: number
  /** Loopback port of `/metrics`, if it is wanted. */
  metricsPort: number | null
  /** Absolute path. */
  dataDir: string
  /** The service DID of this entryway. */
  did: string
  /** The PDS named in the environment; more are kept in the directory. */
  pds: PdsSetting | null
  /** Whether the program runs a PDS itself where it knows none. */
  embeddedPds: boolean
  plcUrl: string
  /** Each with a leading dot, e.g. `.example.com`. */
  handleDomains: string[]
  inviteRequired: boolean
  /** How many invite codes a person may make in a month; null where only the operator makes them. */
  userInvites: number | null
  hcaptcha: CaptchaSetting
  /** Secrets given by the environment; the missing ones are generated (`base/secrets/secrets.ts`). */
  given: {
    adminPassword?: string | undefined
    jwtKeyHex?: string | undefined
    plcRotationKeyHex?: string | undefined
    dpopSecretHex?: string | undefined
  }
  smtpUrl: string | null
  emailFrom: string
  backup: BackupSetting
  /** Where the program writes when something needs the operator. */
  operatorEmail: string | null
  /** Where the newest package.json and CHANGELOG.md are; else the remote of the clone is asked. */
  upgradeUrl: string | null
  /** Addresses or CIDR ranges whose `X-Forwarded-For` is believed. */
  trustedProxies: string[]
  /** The client addresses for which the operator's page is there: CIDR ranges; none where it is off. */
  operatorPage: 'public' | readonly string[]
  /** Whether requests are counted (`app/limits/table.ts`); off for load tests. */
  rateLimits: boolean
  /** The moderation service whose service JWTs moderate accounts. */
  modServiceDid: string | null
  /** A did:key that outranks the entryway's own in the PLC logs of new accounts. */
  recoveryDidKey: string | null
  branding: Branding
  /** Resolve every lexicon at this DID instead of by DNS; for local networks. */
  lexiconAuthorityDid: string | null
  /** Whether OpenID clients register themselves (RFC 7591): not at all, with a token of the operator's, or all. */
  openidRegistration: 'off' | 'token' | 'open'
  /** Allows http, loopback PDSes and loopback-hosted clients. */
  dev: boolean
  database: 'file' | 'engine'
  /** Over how many auth actors requests and flow state are spread; the same for ever. */
  authActors: number
  /** In how many parts the directory is, each an actor; the same for ever. */
  directories: number
  /** How long access tokens are good, in milliseconds. */
  accessTokenLifetime: number
  logLevel: string
  rivetEndpoint: string | null
  traces: TracesSetting
}

/**
 * Reads and validates the configuration contract (README, "Settings").
 *
 * @throws {SettingsError} with one line per mistake
 */
export function readSettings(env: Record<string, string | undefined>): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const misspelt = mistakesInNames(Object.keys(given), {
    prefix: 'ENTRYWAY_',
    known: settingNames,
  })
  const parsed = environment.safeParse(given)
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`)
    throw new SettingsError([...misspelt, ...wrong])
  }
  const e = parsed.data
  const publicUrl = new URL(e.ENTRYWAY_PUBLIC_URL ?? `http://localhost:${e.ENTRYWAY_PORT}`)
  const isLocal = isLoopback(publicUrl)
  const lines = [...misspelt]
  lines.push(...mistakesInPds(e, { publicUrl: publicUrl.origin, dev: e.ENTRYWAY_DEV }))
  if (!(e.ENTRYWAY_PLC_URL.startsWith('https:') || e.ENTRYWAY_DEV)) {
    lines.push(
      `ENTRYWAY_PLC_URL: must be https unless ENTRYWAY_DEV=1, such as https://plc.directory; it is ${shown(e.ENTRYWAY_PLC_URL)}`,
    )
  }
  if (e.ENTRYWAY_SMTP_URL && !e.ENTRYWAY_EMAIL_FROM) {
    lines.push(
      'ENTRYWAY_EMAIL_FROM: is needed when ENTRYWAY_SMTP_URL is set, such as noreply@example.com',
    )
  }
  if (e.ENTRYWAY_USER_INVITES && !e.ENTRYWAY_INVITE_REQUIRED) {
    lines.push(
      'ENTRYWAY_USER_INVITES: needs ENTRYWAY_INVITE_REQUIRED=true, or nobody needs a code; leave one of them out',
    )
  }
  lines.push(...mistakesInCaptcha(e))
  lines.push(...mistakesInBackups(e, e.ENTRYWAY_DATA_DIR))
  lines.push(...mistakesInEngine(e))
  if (lines.length) throw new SettingsError(lines)

  return {
    publicUrl: publicUrl.origin,
    name: e.ENTRYWAY_NAME ?? publicUrl.hostname,
    port: e.ENTRYWAY_PORT,
    host: e.ENTRYWAY_HOST ?? (isLocal ? '127.0.0.1' : '0.0.0.0'),
    actorPort: e.ENTRYWAY_ACTOR_PORT,
    metricsPort: e.ENTRYWAY_METRICS_PORT ?? null,
    dataDir: resolve(e.ENTRYWAY_DATA_DIR),
    did: e.ENTRYWAY_DID ?? webDid(publicUrl),
    pds: toPdsSetting(e),
    embeddedPds: isEmbeddedWanted(e) && e.ENTRYWAY_DATABASE === 'file',
    plcUrl: e.ENTRYWAY_PLC_URL,
    handleDomains: (e.ENTRYWAY_HANDLE_DOMAINS ?? [usualHandleDomain(publicUrl)]).map((domain) =>
      domain.startsWith('.') ? domain.toLowerCase() : `.${domain.toLowerCase()}`,
    ),
    inviteRequired: e.ENTRYWAY_INVITE_REQUIRED,
    userInvites: e.ENTRYWAY_USER_INVITES ?? null,
    hcaptcha: toCaptchaSetting(e),
    given: {
      adminPassword: e.ENTRYWAY_ADMIN_PASSWORD,
      jwtKeyHex: e.ENTRYWAY_JWT_KEY_HEX,
      plcRotationKeyHex: e.ENTRYWAY_PLC_ROTATION_KEY_HEX,
      dpopSecretHex: e.ENTRYWAY_DPOP_SECRET_HEX,
    },
    smtpUrl: e.ENTRYWAY_SMTP_URL ?? null,
    emailFrom: e.ENTRYWAY_EMAIL_FROM ?? `noreply@${publicUrl.hostname}`,
    backup: toBackupSetting(e, publicUrl.hostname),
    operatorEmail: e.ENTRYWAY_OPERATOR_EMAIL ?? null,
    upgradeUrl: e.ENTRYWAY_UPGRADE_URL ?? null,
    trustedProxies: e.ENTRYWAY_TRUSTED_PROXIES,
    operatorPage: e.ENTRYWAY_OPERATOR_PAGE,
    rateLimits: e.ENTRYWAY_RATE_LIMITS === 'on',
    modServiceDid: e.ENTRYWAY_MOD_SERVICE_DID ?? null,
    recoveryDidKey: e.ENTRYWAY_RECOVERY_DID_KEY ?? null,
    branding: toBranding(e),
    lexiconAuthorityDid: e.ENTRYWAY_LEXICON_AUTHORITY_DID ?? null,
    openidRegistration: e.ENTRYWAY_OPENID_REGISTRATION,
    dev: e.ENTRYWAY_DEV,
    database: e.ENTRYWAY_DATABASE,
    authActors: e.ENTRYWAY_AUTH_ACTORS,
    directories: e.ENTRYWAY_DIRECTORIES,
    accessTokenLifetime: e.ENTRYWAY_ACCESS_TOKEN_MINUTES * MINUTE,
    logLevel: e.ENTRYWAY_LOG_LEVEL,
    rivetEndpoint: e.RIVET_ENDPOINT ?? null,
    traces: toTracesSetting(e),
  }
}

/** What still keeps a running program from being useful, one sentence each. */
export function missingForUse(settings: Settings): string[] {
  const missing: string[] = []
  if (!settings.pds && !settings.embeddedPds) {
    missing.push(
      'No PDS yet: set ENTRYWAY_PDS_URL, ENTRYWAY_PDS_DID and ENTRYWAY_PDS_ADMIN_PASSWORD, or sign-up stays closed.',
    )
  }
  if (!settings.smtpUrl) {
    missing.push(
      `No mail server: set ENTRYWAY_SMTP_URL; until then mails are written to ${settings.dataDir}/mail.`,
    )
  }
  if (!settings.rateLimits) {
    missing.push('Nothing is limited: ENTRYWAY_RATE_LIMITS=off is for load tests only.')
  }
  if (new URL(settings.publicUrl).protocol === 'http:') {
    missing.push(
      `Only reachable on this machine: set ENTRYWAY_PUBLIC_URL to the https address that people will use.`,
    )
  }
  return missing
}

/**
 * What handles end in where nothing else is set: as at the reference the host of the PDS, but
 * `.localhost` is no domain of handles.
 */
export function usualHandleDomain(pds: URL): string {
  return isLoopback(pds) ? '.test' : `.${pds.hostname}`
}
