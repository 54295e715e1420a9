import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { screenshot } from '../account_page/screenshots.ts'
import { findingsIn, inEachTheme, type Size } from './axe.ts'

/**
 * Looks at a page in each theme: nothing in it hinders people, and nothing is wider than it.
 *
 * @param name of the pictures, where some are taken
 */
export async function expectUsable(page: Page, size: Size, name?: string): Promise<void> {
  await inEachTheme(page, async (theme) => {
    expect([theme, await findingsIn(page)]).toEqual([theme, []])
    expect(await isTooWide(page)).toBe(false)
    if (name) await screenshot(page, `${name}-${size}-${theme}`)
  })
}

/** Whether a page has to be moved sideways to be read. */
export function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
  )
}
