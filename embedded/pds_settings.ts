import { mistakesInNames } from '../base/settings/unknown_settings.ts'

/** How the stock PDS reads a variable (its `config/env`). */
export type Kind = 'string' | 'integer' | 'boolean' | 'list'

/** Settings of the stock PDS that the operator may give the embedded one, and how it reads them. */
export const PASSED_ON: Readonly<Record<string, Kind>> = {
  PDS_VERSION: 'string',
  PDS_ACCEPTING_REPO_IMPORTS: 'boolean',
  PDS_MAX_REPO_IMPORT_SIZE: 'integer',
  PDS_BLOB_UPLOAD_LIMIT: 'integer',
  PDS_DATA_DIRECTORY: 'string',
  PDS_SQLITE_DISABLE_WAL_AUTO_CHECKPOINT: 'boolean',
  PDS_ACCOUNT_DB_LOCATION: 'string',
  PDS_SEQUENCER_DB_LOCATION: 'string',
  PDS_DID_CACHE_DB_LOCATION: 'string',
  PDS_ACTOR_STORE_DIRECTORY: 'string',
  PDS_ACTOR_STORE_CACHE_SIZE: 'integer',
  PDS_BLOBSTORE_S3_BUCKET: 'string',
  PDS_BLOBSTORE_S3_REGION: 'string',
  PDS_BLOBSTORE_S3_ENDPOINT: 'string',
  PDS_BLOBSTORE_S3_FORCE_PATH_STYLE: 'boolean',
  PDS_BLOBSTORE_S3_ACCESS_KEY_ID: 'string',
  PDS_BLOBSTORE_S3_SECRET_ACCESS_KEY: 'string',
  PDS_BLOBSTORE_S3_UPLOAD_TIMEOUT_MS: 'integer',
  PDS_BLOBSTORE_S3_REQUEST_TIMEOUT_MS: 'integer',
  PDS_BLOBSTORE_DISK_LOCATION: 'string',
  PDS_BLOBSTORE_DISK_TMP_LOCATION: 'string',
  PDS_DID_CACHE_STALE_TTL: 'integer',
  PDS_DID_CACHE_MAX_TTL: 'integer',
  PDS_ID_RESOLVER_TIMEOUT: 'integer',
  PDS_HANDLE_BACKUP_NAMESERVERS: 'list',
  PDS_MODERATION_EMAIL_SMTP_URL: 'string',
  PDS_MODERATION_EMAIL_ADDRESS: 'string',
  PDS_MAX_SUBSCRIPTION_BUFFER: 'integer',
  PDS_REPO_BACKFILL_LIMIT_MS: 'integer',
  PDS_BSKY_APP_VIEW_URL: 'string',
  PDS_BSKY_APP_VIEW_DID: 'string',
  PDS_BSKY_APP_VIEW_CDN_URL_PATTERN: 'string',
  PDS_MOD_SERVICE_URL: 'string',
  PDS_MOD_SERVICE_DID: 'string',
  PDS_REPORT_SERVICE_URL: 'string',
  PDS_REPORT_SERVICE_DID: 'string',
  PDS_RATE_LIMITS_ENABLED: 'boolean',
  PDS_RATE_LIMIT_BYPASS_KEY: 'string',
  PDS_RATE_LIMIT_BYPASS_IPS: 'list',
  PDS_REDIS_SCRATCH_ADDRESS: 'string',
  PDS_REDIS_SCRATCH_PASSWORD: 'string',
  PDS_CRAWLERS: 'list',
  PDS_DISABLE_SSRF_PROTECTION: 'boolean',
  PDS_FETCH_MAX_RESPONSE_SIZE: 'integer',
  PDS_PROXY_ALLOW_HTTP2: 'boolean',
  PDS_PROXY_HEADERS_TIMEOUT: 'integer',
  PDS_PROXY_BODY_TIMEOUT: 'integer',
  PDS_PROXY_MAX_RESPONSE_SIZE: 'integer',
  PDS_PROXY_MAX_RETRIES: 'integer',
  PDS_PROXY_PREFER_COMPRESSED: 'boolean',
  PDS_LEXICON_AUTHORITY_DID: 'string',
}

const one = (setting: string) => `one setting is for both; set ${setting}`
const PAGES = 'the sign-in pages are those of this program; set'
const RELATION = 'the PDS inside is told by this program; leave it out'
const NO_GIFTS = 'people make codes by the month here; set ENTRYWAY_USER_INVITES'

/** Settings of the stock PDS that this program decides: why, and what to set instead. */
export const DECIDED_HERE: Readonly<Record<string, string>> = {
  PDS_PORT: 'the gateway is what listens; set ENTRYWAY_PORT',
  PDS_HOSTNAME: one('ENTRYWAY_PUBLIC_URL'),
  PDS_SERVICE_DID: one('ENTRYWAY_DID'),
  PDS_SERVICE_NAME: `${PAGES} ENTRYWAY_NAME`,
  PDS_HOME_URL: `${PAGES} ENTRYWAY_HOME_URL`,
  PDS_LOGO_URL: `${PAGES} ENTRYWAY_LOGO_URL`,
  PDS_PRIVACY_POLICY_URL: `${PAGES} ENTRYWAY_PRIVACY_POLICY_URL`,
  PDS_SUPPORT_URL: `${PAGES} ENTRYWAY_SUPPORT_URL`,
  PDS_TERMS_OF_SERVICE_URL: `${PAGES} ENTRYWAY_TERMS_OF_SERVICE_URL`,
  PDS_CONTACT_EMAIL_ADDRESS: one('ENTRYWAY_CONTACT_EMAIL_ADDRESS'),
  PDS_PRIMARY_COLOR: `${PAGES} ENTRYWAY_PRIMARY_COLOR`,
  PDS_ERROR_COLOR: `${PAGES} ENTRYWAY_ERROR_COLOR`,
  PDS_WARNING_COLOR: `${PAGES} ENTRYWAY_WARNING_COLOR`,
  PDS_INFO_COLOR: `${PAGES} ENTRYWAY_INFO_COLOR`,
  PDS_SUCCESS_COLOR: `${PAGES} ENTRYWAY_SUCCESS_COLOR`,
  PDS_BACKGROUND_LIGHT_URL: `${PAGES} ENTRYWAY_BACKGROUND_LIGHT_URL`,
  PDS_BACKGROUND_DARK_URL: `${PAGES} ENTRYWAY_BACKGROUND_DARK_URL`,
  PDS_DEV_MODE: one('ENTRYWAY_DEV'),
  PDS_HCAPTCHA_SITE_KEY: 'sign-up is of this program; set ENTRYWAY_HCAPTCHA_SITE_KEY',
  PDS_HCAPTCHA_SECRET_KEY: 'sign-up is of this program; set ENTRYWAY_HCAPTCHA_SECRET_KEY',
  PDS_HCAPTCHA_TOKEN_SALT: 'this program derives the salt from a secret of its own; leave it out',
  PDS_OAUTH_TRUSTED_CLIENTS: 'every app is asked for consent here; leave it out',
  PDS_DID_PLC_URL: one('ENTRYWAY_PLC_URL'),
  PDS_RECOVERY_DID_KEY: one('ENTRYWAY_RECOVERY_DID_KEY'),
  PDS_SERVICE_HANDLE_DOMAINS: one('ENTRYWAY_HANDLE_DOMAINS'),
  PDS_ENABLE_DID_DOC_WITH_SESSION: 'sessions always come with the DID document here; leave it out',
  PDS_ENTRYWAY_URL: RELATION,
  PDS_ENTRYWAY_DID: RELATION,
  PDS_ENTRYWAY_JWT_VERIFY_KEY_K256_PUBLIC_KEY_HEX: RELATION,
  PDS_ENTRYWAY_PLC_ROTATION_KEY: RELATION,
  PDS_ENTRYWAY_ADMIN_TOKEN: RELATION,
  PDS_INVITE_REQUIRED: one('ENTRYWAY_INVITE_REQUIRED'),
  PDS_INVITE_INTERVAL: NO_GIFTS,
  PDS_INVITE_EPOCH: NO_GIFTS,
  PDS_EMAIL_SMTP_URL: one('ENTRYWAY_SMTP_URL'),
  PDS_EMAIL_FROM_ADDRESS: one('ENTRYWAY_EMAIL_FROM'),
  PDS_EMAIL_DISABLE_CONFIRMATION_LINK: 'mails to people are of this program; leave it out',
  PDS_DPOP_SECRET: one('ENTRYWAY_DPOP_SECRET_HEX'),
  PDS_JWT_SECRET: 'it is derived from ENTRYWAY_DPOP_SECRET_HEX; leave it out',
  PDS_ADMIN_PASSWORD: one('ENTRYWAY_ADMIN_PASSWORD'),
  PDS_PLC_ROTATION_KEY_KMS_KEY_ID: one('ENTRYWAY_PLC_ROTATION_KEY_HEX'),
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: one('ENTRYWAY_PLC_ROTATION_KEY_HEX'),
}

const SHAPES: Partial<Record<Kind, { shape: RegExp; is: string }>> = {
  integer: { shape: /^\d+$/, is: 'must be a whole number' },
  boolean: { shape: /^(true|false|1|0)$/, is: 'must be true or false' },
}

/** One sentence for each `PDS_…` variable that the embedded PDS cannot be given. */
export function mistakesInPdsSettings(env: NodeJS.ProcessEnv): string[] {
  const given = Object.entries(env).filter(([name, value]) => name.startsWith('PDS_') && value)
  const unknown = mistakesInNames(
    given.map(([name]) => name),
    { prefix: 'PDS_', known: [...Object.keys(PASSED_ON), ...Object.keys(DECIDED_HERE)] },
  )
  const wrong = given.flatMap(([name, value = '']) => {
    const decided = DECIDED_HERE[name]
    if (decided !== undefined) return [`${name}: ${decided}`]
    const kind = PASSED_ON[name]
    const expected = kind && SHAPES[kind]
    return expected && !expected.shape.test(value) ? [`${name}: ${expected.is}`] : []
  })
  return [...unknown, ...wrong]
}
