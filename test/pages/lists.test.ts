import { expect, test } from 'vitest'
import { list } from '../../http/page/list.ts'
import { resultOf } from '../../operator_page/result.ts'

test('a list without items is not there', async () => {
  expect(String(await list([], 'list'))).toBe('')
  expect(String(await list([false, undefined]))).toBe('')
  expect(String(await list(['<a>', false], 'list'))).toBe(
    '<ul class="list"><li>&lt;a&gt;</li></ul>',
  )
})

test("the operator's page shows nothing of what has no members as it shows all nothing", async () => {
  const page = String(await resultOf([{ code: 'a', uses: [] }]))
  expect(page).toContain('data-label="Uses">–<')
  expect(page).not.toContain('<ul')
})
