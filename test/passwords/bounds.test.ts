import { expect, test } from 'vitest'
import { readProof } from '../../factors/proof.ts'
import { readCode } from '../../passwords/mailed_code.ts'
import { assertNewPassword, NEW_PASSWORD_MIN_LENGTH } from '../../passwords/new_password.ts'

test('a new password has as many characters as it is told', () => {
  expect(NEW_PASSWORD_MIN_LENGTH).toBe(8)
  for (const length of [8, 256]) assertNewPassword('x'.repeat(length), NEW_PASSWORD_MIN_LENGTH)
  const refused = (length: number) => () =>
    assertNewPassword('x'.repeat(length), NEW_PASSWORD_MIN_LENGTH)
  expect(refused(7)).toThrow('Password too short. Minimum length is 8 characters.')
  expect(refused(257)).toThrow('Password too long. Maximum length is 256 characters.')
  expect(() => assertNewPassword('')).toThrow('Minimum length is 1 ')
})

test.each(['-', '‐', '‑', '–', '—', '－'])('a mailed code has its dash, typed as %s', (dash) => {
  expect(readCode(`abcde${dash}23456`)).toBe('ABCDE-23456')
})

test('what is much longer than a code is not looked through for one', () => {
  const padded = `123456${' '.repeat(100_000)}`
  expect(readProof('123456 ')).toEqual({ kind: 'totp', code: '123456' })
  expect(readProof(padded)).toBeNull()
  expect(readCode(padded)).toBe(padded)
})
