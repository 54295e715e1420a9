import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { screenshot } from '../../account_page/screenshots.ts'
import { findingsIn, inEachTheme, type Size } from './axe.ts'

/**
 * Looks at a page in each theme: nothing in it hinders people, nothing is wider than it, each button and box
 * is seen, and no list is empty.
 *
 * @param name of the pictures, where some are taken
 */
export async function expectUsable(page: Page, size: Size, name?: string): Promise<void> {
  await inEachTheme(page, async (theme) => {
    expect([theme, await findingsIn(page)]).toEqual([theme, []])
    expect(await isTooWide(page)).toBe(false)
    expect([theme, await unseenButtons(page)]).toEqual([theme, []])
    expect([theme, await faintNotices(page)]).toEqual([theme, []])
    expect(await emptyLists(page)).toEqual([])
    if (name) await screenshot(page, `${name}-${size}-${theme}`)
  })
  expect(await isTooWideInLargeType(page)).toBe(false)
}

/** CSS pixels of the narrowest screen (WCAG 2.2, 1.4.10), and how large text may be made there (1.4.4). */
export const NARROWEST = 320
const LARGEST_TYPE = 2
/** Of text, in CSS pixels, where nobody has chosen another. */
const TYPE = 16

/** The same on the narrowest screen, with the text made as large as it may be. */
export async function isTooWideInLargeType(page: Page): Promise<boolean> {
  const before = page.viewportSize()
  // It ends with the page: an authenticator in the page would end with it.
  const devtools = await page.context().newCDPSession(page)
  const setType = (standard: number) =>
    devtools.send('Page.setFontSizes', { fontSizes: { standard } })
  await setType(TYPE * LARGEST_TYPE)
  await page.setViewportSize({ width: NARROWEST, height: before?.height ?? NARROWEST })
  const isTooWideThere = await isTooWide(page)
  await setType(TYPE)
  if (before) await page.setViewportSize(before)
  return isTooWideThere
}

/** Whether a page has to be moved sideways to be read. */
export function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
  )
}

/** What the buttons say that have the colour of what they stand on, and no edge. */
function unseenButtons(page: Page): Promise<(string | null)[]> {
  return page.locator('button:visible:not(.link), .button:visible').evaluateAll((all) => {
    const isClear = (color: string) => /^rgba\(.*, 0\)$/.test(color)
    const isUnseen = (button: Element) => {
      const { backgroundColor: own, borderTopColor: edge } = getComputedStyle(button)
      let box = button.parentElement as Element
      while (isClear(getComputedStyle(box).backgroundColor) && box.parentElement) {
        box = box.parentElement
      }
      const around = getComputedStyle(box).backgroundColor
      return [own, edge].every((color) => isClear(color) || color === around)
    }
    return all.filter(isUnseen).map(({ textContent }) => textContent)
  })
}

/** Who hears a page is told of a list also where it has no items; no rule of axe finds it. */
function emptyLists(page: Page): Promise<string[]> {
  return page
    .locator('ul, ol, dl, [role=list]')
    .evaluateAll((all) => all.filter((each) => !each.children.length).map((each) => each.outerHTML))
}

/** What the boxes say whose edge has less contrast to what they stand on than 3:1 (WCAG 2.2, 1.4.11). */
function faintNotices(page: Page): Promise<(string | null)[]> {
  return page.locator('.notice:visible').evaluateAll((all) => {
    const luminance = (color: string) => {
      const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
        const share = Number(part) / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const isFaint = (box: Element) => {
      const { borderTopColor, borderTopWidth } = getComputedStyle(box)
      const card = getComputedStyle(box.closest('main') as Element).backgroundColor
      const [dark = 0, light = 0] = [borderTopColor, card].map(luminance).sort((a, b) => a - b)
      return Number.parseFloat(borderTopWidth) < 1 || (light + 0.05) / (dark + 0.05) < 3
    }
    return all.filter(isFaint).map(({ textContent }) => textContent)
  })
}
