import { DECIDED_HERE, PASSED_ON } from '../../embedded/pds_settings.ts'
import { type PdsEnv, SAID_OF_ITSELF } from '../pds/env.ts'
import { isSettingRight } from '../right_setting.ts'
import { LOCATIONS } from './places.ts'

/** What becomes of the settings of a PDS; each is named once. */
export type SettingsPlan = {
  /** Settings of this program, and those that it passes on, by their variables. */
  values: Record<string, string>
  taken: { from: string; to: string }[]
  passedOn: string[]
  dropped: { name: string; reason: string }[]
  /** One sentence for each that keeps the PDS from being adopted. */
  refused: string[]
}

/** Without these it would be another PDS: they are right, or the PDS is not adopted. */
const ESSENTIAL: Readonly<Record<string, string>> = {
  PDS_SERVICE_DID: 'ENTRYWAY_DID',
  PDS_DID_PLC_URL: 'ENTRYWAY_PLC_URL',
  PDS_SERVICE_HANDLE_DOMAINS: 'ENTRYWAY_HANDLE_DOMAINS',
  PDS_ADMIN_PASSWORD: 'ENTRYWAY_ADMIN_PASSWORD',
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: 'ENTRYWAY_PLC_ROTATION_KEY_HEX',
  PDS_DEV_MODE: 'ENTRYWAY_DEV',
}
/** Which setting here is the one of the PDS. */
export const TAKEN: Readonly<Record<string, string>> = {
  ...ESSENTIAL,
  ...Object.fromEntries(SAID_OF_ITSELF),
  PDS_INVITE_REQUIRED: 'ENTRYWAY_INVITE_REQUIRED',
  PDS_HCAPTCHA_SITE_KEY: 'ENTRYWAY_HCAPTCHA_SITE_KEY',
  PDS_HCAPTCHA_SECRET_KEY: 'ENTRYWAY_HCAPTCHA_SECRET_KEY',
  PDS_EMAIL_SMTP_URL: 'ENTRYWAY_SMTP_URL',
  PDS_EMAIL_FROM_ADDRESS: 'ENTRYWAY_EMAIL_FROM',
}
/** A PDS does not start without these. */
const NEEDED = [
  'PDS_JWT_SECRET',
  'PDS_ADMIN_PASSWORD',
  'PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX',
] as const
const REFUSED: Readonly<Record<string, string>> = {
  PDS_PLC_ROTATION_KEY_KMS_KEY_ID:
    'this program needs the rotation key itself, and a KMS does not give it away',
  PDS_ENTRYWAY_URL:
    'the PDS is behind an entryway, which has the passwords of its people; only a PDS that is its own can be adopted',
}
const DROPPED: Readonly<Record<string, string>> = {
  PDS_PORT: 'the gateway is what listens (ENTRYWAY_PORT)',
  PDS_DPOP_SECRET:
    'the nonces that are made with it last minutes; this program makes a secret of its own',
  PDS_JWT_SECRET:
    'the PDS inside signs no tokens; it is kept until those that it signed have expired',
}
/** What is of this program and of the PDS inside: under one name either may be asked. */
const OF_BOTH: Readonly<Record<string, string>> = {
  PDS_MOD_SERVICE_DID: 'ENTRYWAY_MOD_SERVICE_DID',
  PDS_LEXICON_AUTHORITY_DID: 'ENTRYWAY_LEXICON_AUTHORITY_DID',
}
/** What its address is made of. */
const OF_ADDRESS: Readonly<Record<string, string>> = {
  PDS_HOSTNAME: 'ENTRYWAY_PUBLIC_URL',
  PDS_PORT: 'ENTRYWAY_PORT',
}
/** What the PDS does where it is told nothing, and the PDS inside would do otherwise. */
const UNSET: readonly { unless: string[]; name: string; value: string }[] = [
  { unless: ['PDS_BLOB_UPLOAD_LIMIT'], name: 'PDS_BLOB_UPLOAD_LIMIT', value: '5242880' },
  { unless: ['PDS_CRAWLERS'], name: 'PDS_CRAWLERS', value: '' },
  { unless: ['PDS_BSKY_APP_VIEW_URL'], name: 'PDS_BSKY_APP_VIEW_URL', value: '' },
  {
    unless: ['PDS_REPORT_SERVICE_URL', 'PDS_MOD_SERVICE_URL'],
    name: 'PDS_REPORT_SERVICE_URL',
    value: '',
  },
]

type Fate =
  | { to: string; value: string }
  | { passedOn: string }
  | { dropped: string }
  | { refused: string }

/**
 * Says of each setting of a PDS what becomes of it, so that everything stays as people and apps know it.
 *
 * @param placed the settings that say where its data are, as they are on this machine; none where the
 *   data are copied into the data folder here
 */
export function planSettings(pds: PdsEnv, placed: Record<string, string>): SettingsPlan {
  const given = Object.entries(pds).filter((entry): entry is [string, string] => Boolean(entry[1]))
  const plan: SettingsPlan = {
    values: ownAddress(pds),
    taken: [],
    passedOn: [],
    dropped: [],
    refused: NEEDED.filter((name) => !pds[name] && !pds.PDS_PLC_ROTATION_KEY_KMS_KEY_ID).map(
      (name) => `${name}: is not among the settings of the PDS; name their file with --pds-env`,
    ),
  }
  const isDev = pds.PDS_DEV_MODE === 'true' || pds.PDS_DEV_MODE === '1'
  for (const [name, value] of given) {
    const to = OF_ADDRESS[name]
    const itsOwn = to && plan.values[to]
    const fate = itsOwn ? { to, value: itsOwn } : fateOf(name, value, placed, isDev)
    if ('to' in fate) {
      plan.values[fate.to] = fate.value
      plan.taken.push({ from: name, to: fate.to })
    } else if ('passedOn' in fate) {
      plan.values[name] = fate.passedOn
      const ours = OF_BOTH[name]
      if (ours) plan.values[ours] = fate.passedOn
      plan.passedOn.push(name)
    } else if ('dropped' in fate) plan.dropped.push({ name, reason: fate.dropped })
    else plan.refused.push(`${name}: ${fate.refused}`)
  }
  const unset = UNSET.filter(({ unless }) => unless.every((name) => !pds[name]))
  for (const { name, value } of unset) plan.values[name] = value
  Object.assign(plan.values, placed)
  return plan
}

/** Its name, as its people and apps know it. On this machine alone the port is part of that. */
function ownAddress({ PDS_HOSTNAME, PDS_PORT, PDS_SERVICE_DID }: PdsEnv): Record<string, string> {
  const hostname = PDS_HOSTNAME || 'localhost'
  const port = PDS_PORT || '2583'
  return {
    ENTRYWAY_PUBLIC_URL:
      hostname === 'localhost' ? `http://localhost:${port}` : `https://${hostname}`,
    ...(hostname === 'localhost' && { ENTRYWAY_PORT: port }),
    ...(!PDS_SERVICE_DID && { ENTRYWAY_DID: `did:web:${hostname}` }),
  }
}

function fateOf(name: string, value: string, placed: Record<string, string>, isDev: boolean): Fate {
  const to = TAKEN[name]
  if (to !== undefined) {
    const right = isSettingRight(to, value, { ENTRYWAY_DEV: isDev ? '1' : undefined })
    if (right === true) return { to, value }
    const why = `it would be ${to} here, which ${right}`
    return name in ESSENTIAL ? { refused: why } : { dropped: why }
  }
  if (name in REFUSED) return { refused: REFUSED[name] as string }
  if (LOCATIONS.includes(name)) {
    const path = placed[name]
    return path === undefined
      ? { dropped: 'its data are copied into the data folder here' }
      : { passedOn: path }
  }
  if (name in PASSED_ON) return passOn(name, value)
  const reason = DROPPED[name] ?? DECIDED_HERE[name]?.replace(/; [^;]*$/, '')
  if (reason !== undefined) return { dropped: reason }
  // Those of the blob store, where they are given so.
  if (name.startsWith('AWS_')) return { passedOn: value }
  if (name.startsWith('LOG_')) {
    return { dropped: 'what it logs is in the log of this program (ENTRYWAY_LOG_LEVEL)' }
  }
  return { dropped: 'it is no setting of a PDS' }
}

/** As the PDS reads it. */
function passOn(name: string, value: string): Fate {
  const kind = PASSED_ON[name]
  if (kind === 'integer') {
    const number = Number.parseInt(value, 10)
    return number >= 0
      ? { passedOn: String(number) }
      : { dropped: 'the PDS finds no number in it either' }
  }
  return kind === 'boolean' && !/^(true|false|1|0)$/.test(value)
    ? { dropped: 'the PDS reads neither true nor false in it' }
    : { passedOn: value }
}
