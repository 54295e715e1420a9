import { z } from 'zod'
import { readSubject } from '../../identity/subject.ts'
import { carriedSessions } from './carried_sessions.ts'

export const aDid = z.string().regex(/^did:(plc|web):[A-Za-z0-9._:%-]+$/)
/** Of the form that look-ups use. */
const name = z.string().transform((typed) => readSubject(typed).name)
/** `salt:hash`, both hex, scrypt N=16384, r=8, p=1, 64 bytes. */
const passwordScrypt = z.string().regex(/^[0-9a-f]+:[0-9a-f]{128}$/)
const time = z.int()

/** An account of a PDS. */
export const importedAccount = z.strictObject({
  did: aDid,
  handle: name.nullable(),
  email: name,
  emailConfirmedAt: time.nullable(),
  emailAuthFactor: z.boolean(),
  passwordScrypt,
  createdAt: time,
  deactivatedAt: time.nullable(),
  deleteAfter: time.nullable(),
  takedownRef: z.string().nullable(),
  invitesDisabled: z.boolean(),
  appPasswords: z.array(
    z.strictObject({ name: z.string(), passwordScrypt, privileged: z.boolean(), createdAt: time }),
  ),
  sessions: carriedSessions.nullish(),
  /** Where it was sent before, with others of its app passwords: what was said of it then. */
  continues: z.strictObject({ isNew: z.boolean() }).optional(),
  /** Whether it will be sent again, with others of its app passwords. */
  unfinished: z.boolean().optional(),
})

export type ImportedAccount = z.output<typeof importedAccount>

export const importedInvite = z.strictObject({
  code: z.string(),
  availableUses: z.int(),
  disabled: z.boolean(),
  forAccount: z.string(),
  createdBy: z.string(),
  createdAt: time,
  uses: z.array(z.strictObject({ usedBy: z.string(), usedAt: time })),
})
