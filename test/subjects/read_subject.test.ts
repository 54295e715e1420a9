import { expect, test } from 'vitest'
import { readSubject } from '../../identity/subject.ts'
import { readCode } from '../../passwords/random.ts'
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
