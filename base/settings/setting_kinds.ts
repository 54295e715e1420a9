import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { atprotoCrypto } from '../atproto_crypto.ts'
import { ACCESS_TOKEN_MAX, ACCESS_TOKEN_MIN, MINUTE } from '../lifetimes.ts'
import { isLoopback } from '../values/loopback.ts'

/** Characters of a wrong value that are shown. */
const LONGEST_SHOWN = 60

/**
 * A setting that `schema` reads. Where it cannot, the one line says what the setting must be, with an
 * example, and what it is.
 *
 * @param wanted as in "must be a port, such as 2600"
 */
const setting = <T extends z.ZodType>(wanted: string, schema: T) =>
  settingOf(wanted, schema, (value) => `it is ${shown(value)}`)

/** The same of one whose value may not be shown: its length is said instead. */
const secretSetting = <T extends z.ZodType>(wanted: string, schema: T) =>
  settingOf(wanted, schema, (value) => `it has ${value.length} characters`)

/** @param say of a wrong value, what may be told of it */
function settingOf<T extends z.ZodType>(wanted: string, schema: T, say: (value: string) => string) {
  return z.string().transform((value, context): z.output<T> => {
    const read = schema.safeParse(value)
    if (read.success) return read.data
    context.addIssue({ code: 'custom', message: `${wanted}; ${say(value)}` })
    return z.NEVER
  })
}

/** A wrong value as the operator reads it: of a URL without user, password and query, which may be secret. */
export function shown(value: string): string {
  const open = value.replace(/:\/\/.*@/s, '://…@').replace(/(:\/\/[^?]*\?).*/s, '$1…')
  return JSON.stringify(open.length > LONGEST_SHOWN ? `${open.slice(0, LONGEST_SHOWN)}…` : open)
}

const isWeb = (value: string) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)

/** An origin, without a trailing slash. */
const origin = z
  .string()
  .refine((v) => isWeb(v) && new URL(v).href === `${new URL(v).origin}/`)
  .transform((v) => new URL(v).origin)

export const originOf = (what: string) =>
  setting(`must be an http(s) URL without a path, such as ${what}`, origin)

/**
 * Whether the provider takes an origin for an issuer: over TLS, or on this machine. As
 * `oauthIssuerIdentifierSchema` of `@atproto/oauth-types`, which a command would take longer to load than all else.
 */
function isIssuer(value: string): boolean {
  const url = new URL(value)
  const { protocol, hostname } = url
  if (isLoopback(url)) return protocol === 'http:'
  return protocol === 'https:' && /[.[]/.test(hostname) && !hostname.endsWith('.local')
}

/**
 * Whether a DID and handles can be made of a host: of an address none can, but of this machine's own IPv4 one for a
 * trial, nor of a name with a dot behind it.
 */
function isNamed(value: string): boolean {
  const { hostname } = new URL(value)
  return hostname === '127.0.0.1' || !(isIP(hostname) || /^\[|\.$/.test(hostname))
}

export const publicOrigin = setting(
  'must be https:// and a public name without a path, such as https://entryway.example.com, or http://localhost:2600 on this machine',
  origin.refine(isIssuer).refine(isNamed),
)

export const webUrl = setting(
  'must be an http(s) URL, such as https://example.com/about',
  z.string().refine(isWeb),
)

/** To which a path is added. */
const webBase = z.string().refine((v) => isWeb(v) && !/[?#]/.test(v) && new URL(v).username === '')

export const webFolder = setting(
  'must be the http(s) URL of a folder, such as https://raw.githubusercontent.com/you/vestibule/main',
  webBase,
)

export const collector = setting(
  'must be the http(s) URL of an OTLP/HTTP receiver, such as http://127.0.0.1:4318',
  webBase,
)

export const image = setting(
  'must be an http(s) or data: URL, such as https://example.com/logo.png',
  z.string().refine((v) => isWeb(v) || (/^data:/.test(v) && URL.canParse(v))),
)

export const color = setting(
  'must be a colour, such as #5b9dff',
  z
    .string()
    .regex(/^(#[0-9a-f]{3}|#[0-9a-f]{6}|rgb\(\s*\d{1,3}\s*,\s*\d{1,3}\s*,\s*\d{1,3}\s*\))$/i),
)

export const emailAddress = setting(
  'must be an e-mail address, such as help@example.com',
  z.email(),
)

/** An address, with or without the name that mail programs show. */
export const sender = setting(
  'must be an e-mail address, such as noreply@example.com or Example <noreply@example.com>',
  z.string().regex(/^([^<>@\p{Cc}]*<[^\s<>@,]+@[^\s<>@,]+>|[^\s<>@,]+@[^\s<>@,]+)$/u),
)

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/)
    .transform(Number)
    .refine((n) => n >= least && n <= most)

export const port = setting('must be a port from 1 to 65535, such as 2600', wholeNumber(1, 65535))

export const countUpTo = (most: number) =>
  setting(`must be a whole number from 1 to ${most}, such as 4`, wholeNumber(1, most))

export const share = setting(
  'must be a share from 0 to 1, such as 0.1',
  z
    .string()
    .regex(/^(0|1|0?\.\d+|[01]\.\d+)$/)
    .transform(Number)
    .refine((n) => n <= 1),
)

export const accessTokenMinutes = setting(
  'must be a whole number of minutes from 2 to 15, such as 5',
  wholeNumber(ACCESS_TOKEN_MIN / MINUTE, ACCESS_TOKEN_MAX / MINUTE),
)

export const flag = setting(
  'must be true or false (or 1 or 0)',
  z.enum(['0', '1', 'true', 'false']).transform((v) => v === '1' || v === 'true'),
)

export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  setting(`must be ${values.slice(0, -1).join(', ')} or ${values.at(-1)}`, z.enum(values))

export const did = setting(
  'must be a did:web or did:plc, such as did:web:example.com',
  z.string().regex(/^did:(web|plc):[A-Za-z0-9._:%-]+$/),
)

export const didKey = setting(
  'must be a did:key of a P-256 or secp256k1 key, such as did:key:zQ3shQo6TF2moaqMTrUZEM1jeuYRQXeHEx4evX9751y2qPqRA',
  z.string().refine((v) => {
    try {
      atprotoCrypto().parseDidKey(v)
      return true
    } catch {
      return false
    }
  }),
)

export const hexKey = secretSetting(
  'must be 32 bytes in hex (64 characters), such as `openssl rand -hex 32` prints',
  z.string().regex(/^[0-9a-f]{64}$/i),
)

export const bucketName = setting(
  'must be the name of a bucket, such as vestibule-backups',
  z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
)

const storeKey = z.string().regex(/^[\x21-\x7e]{1,200}$/)

export const region = setting(
  'must be the name of a region, such as eu-central-1',
  z.string().regex(/^[a-z0-9-]{1,60}$/),
)

export const storeKeyId = setting(
  'must be an access key id as the store gives it, such as AKIAIOSFODNN7EXAMPLE',
  storeKey,
)

export const storeSecret = secretSetting(
  'must be a secret access key as the store gives it, 40 characters at most stores',
  storeKey,
)

const captchaKey = z.string().regex(/^[\w-]{1,200}$/)

export const captchaSiteKey = setting(
  'must be a site key as hCaptcha gives it, such as 10000000-ffff-ffff-ffff-000000000001',
  captchaKey,
)

export const captchaSecretKey = secretSetting(
  'must be a secret key as hCaptcha gives it, such as 0x0000000000000000000000000000000000000000',
  captchaKey,
)

export const ownPassword = secretSetting(
  'must have at least 8 characters, such as `openssl rand -base64 18` prints',
  z.string().min(8),
)

/** It may hold a password. */
export const mailServer = secretSetting(
  'must be smtp://… or smtps://…, in a password with %23 for #, %2F for / and %40 for @, such as smtps://user:password@mail.example.com',
  z
    .string()
    .refine((v) => /^smtps?:\/\//i.test(v) && URL.canParse(v) && new URL(v).hostname !== ''),
)

/** It holds a token. */
export const engine = secretSetting(
  'must be an http(s) URL, such as http://namespace:token@127.0.0.1:6420',
  z.string().refine(isWeb),
)

const list = z.string().transform((v) =>
  v
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
)

const ranges = list.refine(
  (all) => all.length > 0 && all.every((range) => isIP(range) || ipaddr.isValidCIDR(range)),
)

export const addressRanges = setting(
  'must be IP addresses or CIDR ranges with commas between them, such as 127.0.0.1,10.0.0.0/8',
  ranges,
)

/** Loopback, link-local, RFC 1918 and RFC 4193. */
export const PRIVATE_NETWORKS: readonly string[] = [
  ...['127.0.0.0/8', '169.254.0.0/16', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  ...['::1/128', 'fe80::/10', 'fc00::/7'],
]

/** From where something is reachable. */
export const networks = setting(
  'must be private, public, off, or CIDR ranges with commas between them, such as 100.64.0.0/10',
  z.union([
    z.literal('public'),
    z.literal('private').transform((): readonly string[] => PRIVATE_NETWORKS),
    z.literal('off').transform((): readonly string[] => []),
    ranges.transform((all): readonly string[] => all),
  ]),
)

export const domains = setting(
  'must be domains with commas between them, such as .example.com,.example.org',
  list.refine(
    (all) => all.length > 0 && all.every((one) => /^\.?[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(one)),
  ),
)

/** What `listen` takes, and a URL for the way back: no zone (RFC 6874). */
export const listenAddress = setting(
  'must be an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all',
  z
    .string()
    .refine((v) => (isIP(v) && !v.includes('%')) || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(v)),
)

/** It stands in the subjects of mails and in the titles of pages. */
export const serviceName = setting(
  'must be one line of at most 60 characters, such as Example Social',
  z.string().regex(/^(?!\s*$)[^\p{Cc}]{1,60}$/u),
)

/**
 * With quotes that nobody took off, as Docker's `--env-file` leaves them, it would be another folder, below the one in
 * which the program was started.
 */
export const folder = setting(
  'must be a folder, without quotes or spaces around it, such as /var/lib/vestibule',
  z.string().regex(/^(?!["'`\s])[^\p{Cc}]+(?<!["'`\s])$/u),
)
