import Sqlite from 'better-sqlite3'
import { expect, test } from 'vitest'
import { explainDisk } from '../../base/files/files.ts'

const failed = (code: string) => Object.assign(new Error(`${code}: write`), { code })

test.each([
  ['ENOSPC', failed('ENOSPC'), /^ENOSPC: write\. Make room on that disk /],
  ['EDQUOT', failed('EDQUOT'), /^EDQUOT: write\. Make room on that disk /],
  [
    'SQLITE_FULL',
    new Sqlite.SqliteError('database or disk is full', 'SQLITE_FULL'),
    /^database or disk is full\. Make room on that disk /,
  ],
  [
    'SQLITE_IOERR_WRITE',
    new Sqlite.SqliteError('disk I/O error', 'SQLITE_IOERR_WRITE'),
    /^disk I\/O error \(SQLITE_IOERR_WRITE\)\. See whether that disk is full /,
  ],
  ['EIO', failed('EIO'), /\(EIO\)\. See whether that disk is full /],
])('an operator reads what to do about %s', (_, err, words) => {
  expect(explainDisk(err)).toMatchObject({ message: expect.stringMatching(words), cause: err })
})

test('another error is told as it is', () => {
  const timedOut = new DOMException('No answer in time', 'TimeoutError')
  const exited = Object.assign(new Error('git failed'), { code: 128 })
  for (const err of [failed('ENOENT'), timedOut, exited, new Error('no code'), null, undefined]) {
    expect(explainDisk(err)).toBe(err)
  }
})
