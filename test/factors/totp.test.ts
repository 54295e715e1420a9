import { authenticator } from 'otplib'
import { describe, expect, test } from 'vitest'
import { readProof } from '../../factors/proof.ts'
import { randomRecoveryCode } from '../../factors/recovery_code.ts'
import { isStepSpent, randomTotpSecret, totpStep, totpUri } from '../../factors/totp.ts'
import { randomCode } from '../../passwords/mailed_code.ts'

const STEP = 30_000
/** In the middle of a time step. */
const now = 1_700_000_025_000 - (1_700_000_025_000 % STEP) + STEP / 2

describe('against another implementation', () => {
  const codeAt = (secret: string, epoch: number) => authenticator.clone({ epoch }).generate(secret)

  test('its codes are right, of this step and of the ones beside it', () => {
    for (let i = 0; i < 50; i++) {
      const secret = randomTotpSecret()
      for (const off of [-1, 0, 1]) {
        const at = now + off * STEP
        expect(totpStep(secret, codeAt(secret, at), now)).toBe(Math.floor(at / STEP))
      }
    }
  })

  test.each([-3, -2, 2, 3])('a code of %i steps away is wrong', (off) => {
    const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
    expect(totpStep(secret, codeAt(secret, now + off * STEP), now)).toBeNull()
  })

  test('a step begins and ends on the second', () => {
    const secret = randomTotpSecret()
    const start = now - STEP / 2
    const code = codeAt(secret, start)
    expect(totpStep(secret, code, start - STEP)).toBe(start / STEP)
    expect(totpStep(secret, code, start - STEP - 1)).toBeNull()
    expect(totpStep(secret, code, start + 2 * STEP - 1)).toBe(start / STEP)
    expect(totpStep(secret, code, start + 2 * STEP)).toBeNull()
  })

  test('the secret of another account makes other codes', () => {
    const code = codeAt(randomTotpSecret(), now)
    const others = Array.from({ length: 20 }, randomTotpSecret)
    expect(others.filter((other) => totpStep(other, code, now) !== null)).toEqual([])
  })
})

// RFC 6238 appendix B, in six digits.
test.each([
  [59, '287082'],
  [1111111109, '081804'],
  [1111111111, '050471'],
  [1234567890, '005924'],
  [2000000000, '279037'],
  [20000000000, '353130'],
])('at %i s: %s', (seconds, code) => {
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  expect(totpStep(secret, code, seconds * 1_000)).toBe(Math.floor(seconds / 30))
})

test('what an app reads names service and account', () => {
  const uri = new URL(totpUri('JBSWY3DPEHPK3PXP', 'The Entryway & Co', 'kim.test'))
  expect([uri.protocol, decodeURIComponent(uri.pathname)]).toEqual([
    'otpauth:',
    expect.stringContaining('The Entryway & Co:kim.test'),
  ])
  expect(Object.fromEntries(uri.searchParams)).toEqual({
    issuer: 'The Entryway & Co',
    secret: 'JBSWY3DPEHPK3PXP',
    algorithm: 'SHA1',
    digits: '6',
    period: '30',
  })
})

test('a code that was used while the clock was far ahead keeps nobody out', () => {
  const hour = 120
  expect(isStepSpent(1_000, null)).toBe(false)
  expect(isStepSpent(1_000, 999)).toBe(false)
  for (const last of [1_000, 1_001, 1_000 + hour]) expect(isStepSpent(1_000, last)).toBe(true)
  expect(isStepSpent(1_000, 1_001 + hour)).toBe(false)
})

describe('what a person types', () => {
  test.each([
    ['123456', 'totp', '123456'],
    [' 123 456 ', 'totp', '123456'],
    ['１２３４５６', 'totp', '123456'],
    ['abcde-23456', 'mail', 'ABCDE-23456'],
    ['ABCDE–23456', 'mail', 'ABCDE-23456'],
    ['abcde 23456', 'mail', 'ABCDE-23456'],
    ['abcd-efgh-2345-67ab', 'recovery', 'ABCD-EFGH-2345-67AB'],
    ['ABCDEFGH234567AB', 'recovery', 'ABCD-EFGH-2345-67AB'],
  ])('%s is a code of %s', (typed, kind, code) => {
    expect(readProof(typed)).toEqual({ kind, code })
  })

  test.each(['', '12345', '1234567', 'ABCDE-2345', 'ABCDE-11111', '12345a', 'x'.repeat(100_000)])(
    '%.20s is none',
    (typed) => expect(readProof(typed)).toBeNull(),
  )

  test('is what was made', () => {
    for (const [kind, make] of [
      ['mail', randomCode],
      ['recovery', randomRecoveryCode],
    ] as const) {
      const code = make()
      expect(readProof(code)).toEqual({ kind, code })
    }
  })
})
