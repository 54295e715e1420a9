import { afterEach, beforeEach, expect, test } from 'vitest'
import { closeDatabase, type Db, openDatabase, sql } from '../../database/database.ts'

/** What refers to a word is looked at when a change commits: a fault of the commit, not of the statement. */
const steps = [
  `CREATE TABLE word (word TEXT PRIMARY KEY);
   CREATE TABLE used (word TEXT REFERENCES word (word) DEFERRABLE INITIALLY DEFERRED);
   INSERT INTO word VALUES ('free'), ('used');
   INSERT INTO used VALUES ('used')`,
]

let db: Db
beforeEach(() => {
  db = openDatabase(':memory:', { pageSize: 1024, steps })
})
afterEach(() => closeDatabase(db))

const remove = () => sql(db, 'DELETE FROM word WHERE word = ? RETURNING word').pluck()
const words = () => sql(db, 'SELECT word FROM word ORDER BY word').pluck().all()

test.each([
  ['get', () => remove().get('used')],
  ['all', () => remove().all('used')],
  ['run', () => remove().run('used')],
])('a change whose commit fails does not count as done: %s', (_name, change) => {
  expect(change).toThrow('FOREIGN KEY constraint failed')
  expect(words()).toEqual(['free', 'used'])
})

test('a change that is committed gives back its first row, or undefined', () => {
  expect(remove().get('free')).toBe('free')
  expect(remove().get('free')).toBeUndefined()
  expect(words()).toEqual(['used'])
})

test('also where its table was not there when it was prepared', () => {
  const lean = openDatabase(':memory:', {
    pageSize: 512,
    steps: [''],
    lean: {
      first: `CREATE TABLE used (
        word TEXT REFERENCES word (word) DEFERRABLE INITIALLY DEFERRED)`,
      later: { word: 'CREATE TABLE word (word TEXT PRIMARY KEY)' },
    },
  })
  const change = sql(lean, 'DELETE FROM word WHERE word = ? RETURNING word').pluck()
  expect(change.get('used')).toBeUndefined()
  for (const table of ['word', 'used']) sql(lean, `INSERT INTO ${table} VALUES ('used')`).run()
  expect(() => change.get('used')).toThrow('FOREIGN KEY constraint failed')
  expect(sql(lean, 'SELECT word FROM word').pluck().all()).toEqual(['used'])
  closeDatabase(lean)
})
