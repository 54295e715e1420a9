import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { BrowserContext, Page } from 'playwright-core'
import type { TestBrowser } from '../../../lab/world/browser/browser.ts'

/** In ASCII: a page takes a script with any other character for twice the CPU. */
const axe = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
).replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/**
 * Each page has axe from its beginning, and runs it when it is looked at: many a page is only passed. The rules whose
 * findings are left out here are not run.
 */
const script = `globalThis.loadAxe = function () {
  if (globalThis.axe) return
  ${axe}
  axe._audit.rules = axe._audit.rules.filter(({ impact }) => ['critical', 'serious'].includes(impact))
}`

/** How people look at a page: each width may have another layout. */
export const SIZES = {
  desktop: { width: 1280, height: 900 },
  phone: { width: 390, height: 844 },
} as const
export type Size = keyof typeof SIZES
export const sizes = Object.keys(SIZES) as Size[]
/** The first is the one in which a page is opened. */
const THEMES = ['light', 'dark'] as const

/** A page of a size, in a browser of its own. */
export async function inSize(
  { browser }: Pick<TestBrowser, 'browser'>,
  size: Size,
  work: (page: Page) => Promise<void>,
): Promise<void> {
  const context: BrowserContext = await browser.newContext({
    colorScheme: THEMES[0],
    viewport: SIZES[size],
    locale: 'en-US',
    reducedMotion: 'reduce',
  })
  await context.addInitScript({ content: script })
  try {
    await work(await context.newPage())
  } finally {
    await context.close()
  }
}

/** Shows the page in each theme, as when the system changes between them, and at last as it was. */
export async function inEachTheme(
  page: Page,
  look: (theme: (typeof THEMES)[number]) => Promise<unknown>,
): Promise<void> {
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme })
    await page.waitForFunction(
      (wanted) => matchMedia(`(prefers-color-scheme: ${wanted})`).matches,
      theme,
    )
    await look(theme)
  }
  await page.emulateMedia({ colorScheme: THEMES[0] })
}

/** What hinders people in a page, as axe finds it: critical and serious. */
export type Finding = { rule: string; html: string; failureSummary?: string | undefined }

/** @param page of {@link inSize} */
export async function findingsIn(page: Page): Promise<Finding[]> {
  await page.waitForFunction(() => document.getAnimations().every((a) => a.playState !== 'running'))
  const { violations } = await page.evaluate(() => {
    const here = globalThis as unknown as {
      loadAxe(): void
      axe: { run(options: object): Promise<AxeResults> }
    }
    here.loadAxe()
    return here.axe.run({ resultTypes: ['violations'], preload: false })
  })
  return violations
    .filter(({ impact }) => impact === 'critical' || impact === 'serious')
    .flatMap(({ id, nodes }) => nodes.map((node) => ({ rule: id, ...node })))
}
