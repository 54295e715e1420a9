import type { Page } from 'playwright-core'

/** Waits for a page by its title. */
export const title = (page: Page, name: string) =>
  page.getByRole('heading', { level: 1, name, exact: true }).waitFor()

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

/** What stands in one of the lists, by words of it. */
export const item = (page: Page, text: string) =>
  page
    .getByRole('listitem')
    .filter({ hasText: text })
    .filter({ has: page.locator('p.main') })
