import { oauthIssuerIdentifierSchema } from '@atproto/oauth-types'
import { describe, expect, test } from 'vitest'
import { SettingsError } from '../../base/errors.ts'
import { readSettings, settingNames } from '../../base/settings/settings.ts'

const URLS = ['example.com', 'ftp://example.com', 'https://', '//example.com', 'none']
const ORIGINS = [...URLS, 'https://a.example/b', 'https://a.example?b', 'https://a:b@c.example']
const PORTS = ['ninety', '0', '70000', '-1', '1.5', '0x50', '1e3', ' ', '2600 2601']
const FLAGS = ['yes', 'TRUE', 'on', '2']
const COLORS = ['blue', '#12', '#12345', 'rgb(1,2)', '#5b9dff;']
const DIDS = ['example.com', 'did:key:zQ3', 'did:web:', 'did:web:a b', 'DID:WEB:a']
const HEX = ['abc', 'g'.repeat(64), '1'.repeat(63), '1'.repeat(66)]
const FOLDERS = ['"/data"', "'/data'", ' ', ' /data', '/data\n', '/da\0ta', '"']
const ADDRESSES = ['me', '@example.com', 'me@', 'me@example.com, you@example.com']

/** Values of each setting that are wrong whatever the others are. */
const WRONG: Record<string, readonly string[]> = {
  ENTRYWAY_PUBLIC_URL: [
    ...ORIGINS,
    'http://example.com',
    'https://localhost',
    'https://127.0.0.1:2600',
    'https://entryway',
    'https://entryway.local',
    'https://192.0.2.1',
    'https://127.0.0.2:2600',
    'https://localhost.',
    'https://[2001:db8::1]',
    'http://[::1]:2600',
    'https://example.com.',
  ],
  ENTRYWAY_NAME: ['two\nlines', 'n'.repeat(61), ' '],
  ENTRYWAY_PORT: PORTS,
  ENTRYWAY_HOST: ['127.0.0.1:2600', 'http://localhost', 'a b', '*', '[::1]', 'fe80::1%eth0'],
  ENTRYWAY_ACTOR_PORT: PORTS,
  ENTRYWAY_METRICS_PORT: PORTS,
  ENTRYWAY_DATA_DIR: FOLDERS,
  ENTRYWAY_DID: DIDS,
  ENTRYWAY_PDS_URL: ORIGINS,
  ENTRYWAY_PDS_ADDRESS: ORIGINS,
  ENTRYWAY_PDS_DID: DIDS,
  ENTRYWAY_PLC_URL: [...ORIGINS, 'http://plc.internal'],
  ENTRYWAY_HANDLE_DOMAINS: ['.good.com,b@d', ',', 'https://example.com', '.a b.com', '..com'],
  ENTRYWAY_INVITE_REQUIRED: FLAGS,
  ENTRYWAY_USER_INVITES: ['0', '101', '5 per month', '1.5', 'off'],
  ENTRYWAY_HCAPTCHA_SITE_KEY: ['two words', '"quoted"', 'k'.repeat(201)],
  ENTRYWAY_HCAPTCHA_SECRET_KEY: ['two words', 'a/b'],
  ENTRYWAY_ADMIN_PASSWORD: ['seven c'],
  ENTRYWAY_JWT_KEY_HEX: HEX,
  ENTRYWAY_PLC_ROTATION_KEY_HEX: HEX,
  ENTRYWAY_DPOP_SECRET_HEX: HEX,
  ENTRYWAY_SMTP_URL: ['mail.example.com', 'https://mail.example.com', 'smtp://', 'smtp:mail'],
  ENTRYWAY_EMAIL_FROM: [...ADDRESSES, 'Kim <me>', 'Kim <me@example.com> more', 'a\n<b@c.example>'],
  ENTRYWAY_BACKUP_DIR: FOLDERS,
  ENTRYWAY_BACKUP_KEEP: ['0', '1001', 'all', '1.5'],
  ENTRYWAY_BACKUP_S3_BUCKET: ['b', 'Big', 'a/b', '-a-'],
  ENTRYWAY_BACKUP_S3_ENDPOINT: ORIGINS,
  ENTRYWAY_BACKUP_S3_REGION: ['Frankfurt', 'eu central'],
  ENTRYWAY_BACKUP_S3_ACCESS_KEY_ID: ['two words'],
  ENTRYWAY_BACKUP_S3_SECRET_ACCESS_KEY: ['two words'],
  ENTRYWAY_OPERATOR_EMAIL: ADDRESSES,
  ENTRYWAY_UPGRADE_URL: [...URLS, 'https://a.example/b?ref=main', 'https://a:b@c.example'],
  ENTRYWAY_TRUSTED_PROXIES: ['127.0.0.1,10.0.0.0/', 'proxy.internal', '10.0.0.0/33', ','],
  ENTRYWAY_OPERATOR_PAGE: ['on', '127.0.0.1,10.0.0.0/', '10.0.0.0/33', ',', 'private,public'],
  ENTRYWAY_EMBEDDED_PDS: FLAGS.filter((value) => value !== 'on'),
  ENTRYWAY_RATE_LIMITS: FLAGS.filter((value) => value !== 'on'),
  ENTRYWAY_MOD_SERVICE_DID: DIDS,
  ENTRYWAY_RECOVERY_DID_KEY: ['did:plc:abc', 'zQ3', 'did:key:zabc'],
  ENTRYWAY_HOME_URL: URLS,
  ENTRYWAY_TERMS_OF_SERVICE_URL: URLS,
  ENTRYWAY_PRIVACY_POLICY_URL: URLS,
  ENTRYWAY_SUPPORT_URL: URLS,
  ENTRYWAY_CONTACT_EMAIL_ADDRESS: ADDRESSES,
  ENTRYWAY_LOGO_URL: [...URLS, 'javascript:1'],
  ENTRYWAY_BACKGROUND_LIGHT_URL: URLS,
  ENTRYWAY_BACKGROUND_DARK_URL: URLS,
  ENTRYWAY_PRIMARY_COLOR: COLORS,
  ENTRYWAY_ERROR_COLOR: COLORS,
  ENTRYWAY_WARNING_COLOR: COLORS,
  ENTRYWAY_INFO_COLOR: COLORS,
  ENTRYWAY_SUCCESS_COLOR: COLORS,
  ENTRYWAY_LEXICON_AUTHORITY_DID: DIDS,
  ENTRYWAY_LOG_LEVEL: ['verbose', 'INFO', '30'],
  ENTRYWAY_OPENID_REGISTRATION: ['on', 'Open', 'true'],
  ENTRYWAY_DEV: FLAGS,
  ENTRYWAY_DATABASE: ['postgres', 'File'],
  ENTRYWAY_AUTH_ACTORS: ['0', '65', 'two', '1.5'],
  ENTRYWAY_DIRECTORIES: ['0', '65', 'two', '1.5'],
  ENTRYWAY_ACCESS_TOKEN_MINUTES: ['1', '16', 'five', '2.5', ' 5'],
  RIVET_ENDPOINT: URLS,
  OTEL_EXPORTER_OTLP_ENDPOINT: [...URLS, 'https://a.example/b?key=1', 'https://a:b@c.example'],
  OTEL_EXPORTER_OTLP_PROTOCOL: ['grpc', 'http'],
  OTEL_TRACES_SAMPLER: ['always', 'jaeger_remote'],
  OTEL_TRACES_SAMPLER_ARG: ['1.5', '-0.1', '10%', 'all', '1e-3'],
}

/** What any text may be: a name of the traces, and a password that the PDS's admin chose. */
const ANY_TEXT = ['ENTRYWAY_PDS_ADMIN_PASSWORD', 'OTEL_SERVICE_NAME']

const SECRET = [
  /_HEX$/,
  /_SECRET_KEY$/,
  /_SECRET_ACCESS_KEY$/,
  /_PASSWORD$/,
  /^ENTRYWAY_SMTP_URL$/,
  /^RIVET_ENDPOINT$/,
]

/** Settings without which another would not be looked at. */
const BESIDE: Record<string, Record<string, string>> = {
  ENTRYWAY_HCAPTCHA_SITE_KEY: { ENTRYWAY_HCAPTCHA_SECRET_KEY: '0x0' },
  ENTRYWAY_HCAPTCHA_SECRET_KEY: { ENTRYWAY_HCAPTCHA_SITE_KEY: '1' },
  ENTRYWAY_PDS_URL: { ENTRYWAY_PDS_DID: 'did:web:a', ENTRYWAY_PDS_ADMIN_PASSWORD: 'a' },
  ENTRYWAY_PDS_ADDRESS: {
    ENTRYWAY_PDS_URL: 'https://a.example',
    ENTRYWAY_PDS_DID: 'did:web:a',
    ENTRYWAY_PDS_ADMIN_PASSWORD: 'a',
  },
  ENTRYWAY_PDS_DID: { ENTRYWAY_PDS_URL: 'https://a.example', ENTRYWAY_PDS_ADMIN_PASSWORD: 'a' },
}

function linesOf(env: Record<string, string>): string[] {
  try {
    readSettings(env)
    return []
  } catch (err) {
    if (err instanceof SettingsError) return err.lines
    throw err
  }
}

test('each setting has wrong values here, but those that any text may be', () => {
  expect([...Object.keys(WRONG), ...ANY_TEXT].sort()).toEqual([...settingNames].sort())
})

test.each(settingNames)('%s: what may be secret in a URL is not told', (name) => {
  for (const url of [
    'https://me:hunter2@a.example/b c',
    'https://me:hunter2/?#@a.example',
    'hunter://a.example/b c?key=hunter2',
  ]) {
    expect(linesOf({ ...BESIDE[name], [name]: url }).join('\n')).not.toContain('hunter2')
  }
})

describe.each(Object.entries(WRONG))('%s', (name, values) => {
  test.each(values)('%j is one line: what is wanted, and what it is', (value) => {
    const [line = '', ...more] = linesOf({ ...BESIDE[name], [name]: value })
    expect(more).toEqual([])
    expect(line).toMatch(new RegExp(`^${name}: must (be|have) [^\n]+; it (is|has) [^\n]+$`))
    if (SECRET.some((one) => one.test(name))) expect(line).toMatch(/; it has \d+ characters$/)
    else expect(line).toMatch(/; it is ".+"$/)
  })

  test('its example is right', () => {
    const [line = ''] = linesOf({ ...BESIDE[name], [name]: values[0] as string })
    const wanted = line.slice(0, line.lastIndexOf('; it '))
    const examples = / such as (.+)$/
      .exec(wanted)?.[1]
      ?.split(/, or | on this machine$| for all$| or (?=\S+ <)/)
    // Where there are only a few values, they are all named.
    const [first] = /must be ([\w/]+)/.exec(wanted)?.slice(1) ?? []
    for (const example of examples ?? [first as string]) {
      if (example === '' || example.startsWith('`')) continue
      const wrong = linesOf({ ...BESIDE[name], [name]: example })
      expect([example, wrong.filter((one) => one.includes('must '))]).toEqual([example, []])
    }
  })
})

test('ENTRYWAY_PUBLIC_URL takes the origins that the provider takes for an issuer, where they have a name', () => {
  const hosts = [
    ...['example.com', 'a.example.com:8443', 'entryway', 'entryway.local', 'local.example.com'],
    ...['localhost', 'localhost:2600', 'a.localhost', '127.0.0.1', '127.0.0.1:2600'],
    'xn--bcher-kva.example',
  ]
  const origins = hosts.flatMap((host) => [`http://${host}`, `https://${host}`])
  const isTaken = (url: string) => linesOf({ ENTRYWAY_PUBLIC_URL: url }).length === 0
  expect(origins.filter(isTaken)).toEqual(
    origins.filter((url) => oauthIssuerIdentifierSchema.safeParse(url).success),
  )
})

test('a long value is cut, and stays one line', () => {
  const [line = ''] = linesOf({ ENTRYWAY_LOG_LEVEL: `a\n${'b'.repeat(5000)}` })
  expect(line.length).toBeLessThan(200)
  expect(line).not.toContain('\n')
})
