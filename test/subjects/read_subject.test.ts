import { expect, test } from 'vitest'
import { readProof } from '../../factors/proof.ts'
import { readSubject } from '../../identity/subject.ts'
import { readCode } from '../../passwords/mailed_code.ts'
import { SPELLINGS } from './spellings.ts'

const names = [
  { kind: 'handle', name: 'alice.example.com' },
  { kind: 'email', name: 'alice@mail.example.com' },
  { kind: 'did', name: 'did:plc:abcdefghijklmnopqrstuvwx' },
] as const

test.each(SPELLINGS)('30. %s: one name', (_, spell) => {
  for (const subject of names) expect(readSubject(spell(subject.name))).toEqual(subject)
})

test('30. reading what was read changes nothing, whatever stands in it', () => {
  const around = (c: string) => [
    `${c}alice.test`,
    `al${c}ice.test`,
    `alice.test${c}`,
    `@${c}@alice.test.${c}`,
    `a${c}@mail.test`,
    `did:${c}web:alice.test`,
  ]
  for (let code = 0; code < 0x3100; code++) {
    for (const typed of around(String.fromCodePoint(code))) {
      const read = readSubject(typed)
      expect(readSubject(read.name), JSON.stringify(typed)).toEqual(read)
    }
  }
})

test('30. what tells accounts apart stays', () => {
  const name = (typed: string) => readSubject(typed).name
  expect(name('Did:Web:Example.com%3A3000')).toBe('did:web:Example.com%3A3000')
  expect(name('al.ice@mail.test')).not.toBe(name('alice@mail.test'))
  expect(name('alice+x@mail.test')).not.toBe(name('alice@mail.test'))
  expect(name('jose\u0301@mail.test')).toBe('jos\u00e9@mail.test')
  // NFKC would make one of these two (RFC 6532 section 3.1).
  expect(name('\ufb01sh@mail.test')).not.toBe(name('fish@mail.test'))
  expect(name('')).toBe('')
})

test('30. what is longer than any name or code stays as it is: to normalise it takes seconds', () => {
  for (const sign of ['.', '\u0316\u0300', ' ', '\uff21']) {
    const long = `@A${sign.repeat(2_048)}`
    expect(readSubject(long)).toEqual({ kind: 'handle', name: long })
    expect(readCode(long)).toBe(long)
    expect(readProof(`123456${long}`)).toBeNull()
  }
  const spaces = ' '.repeat(2_000)
  expect(readSubject(`${spaces}alice.test`).name).toBe('alice.test')
  expect(readCode(`${spaces}abcde-23456`)).toBe('ABCDE-23456')
  expect(readProof(`${spaces}123456`)).toEqual({ kind: 'totp', code: '123456' })
  expect(readProof(`123456${' '.repeat(2_048)}`)).toBeNull()
})

test('a code is read as people type and paste it', () => {
  for (const typed of [
    'ABCDE-23456',
    ' abcde-23456\n',
    'ABCDE\u201123456',
    'ABCDE\u201323456',
    'ABCDE - 23456',
    '\u2068ABCDE-23456\u2069',
    'ＡＢＣＤＥ－２３４５６',
  ]) {
    expect(readCode(typed), JSON.stringify(typed)).toBe('ABCDE-23456')
  }
})
