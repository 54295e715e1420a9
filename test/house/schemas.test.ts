import { expect, test } from 'vitest'
import { schemas } from '../../maintenance/data_folder/files.ts'
import packageJson from '../../package.json' with { type: 'json' }

test('package.json says the newest schema of each database, for those who ask before they upgrade', () => {
  const newest = Object.entries(schemas).map(([kind, { steps }]) => [kind, steps.length])
  expect(packageJson.schemas).toEqual(Object.fromEntries(newest))
})
