import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { BrowserContext, Page } from 'playwright-core'
import type { TestBrowser } from '../../lab/world/browser.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const THEMES = ['light', 'dark'] as const
const SIZES = {
  desktop: { width: 1280, height: 900 },
  phone: { width: 390, height: 844 },
} as const
type View = readonly [theme: (typeof THEMES)[number], size: keyof typeof SIZES]

/** How people look at a page. */
export const views: readonly View[] = THEMES.flatMap((theme) =>
  (Object.keys(SIZES) as (keyof typeof SIZES)[]).map((size) => [theme, size] as const),
)

/** A page in one of them, in a browser of its own. */
export async function inView(
  { browser }: TestBrowser,
  [theme, size]: View,
  work: (page: Page) => Promise<void>,
): Promise<void> {
  const context: BrowserContext = await browser.newContext({
    // Else axe could not be put into the page; nothing else depends on the policy here.
    bypassCSP: true,
    colorScheme: theme,
    viewport: SIZES[size],
    locale: 'en-US',
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(60_000)
  try {
    await work(await context.newPage())
  } finally {
    await context.close()
  }
}

/** What hinders people in a page, as axe finds it: critical and serious. */
export type Finding = { rule: string; html: string; failureSummary?: string | undefined }

export async function findingsIn(page: Page): Promise<Finding[]> {
  await page.waitForFunction(() => document.getAnimations().every((a) => a.playState !== 'running'))
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run({
      resultTypes: ['violations'],
    }),
  )
  return violations
    .filter(({ impact }) => impact === 'critical' || impact === 'serious')
    .flatMap(({ id, nodes }) => nodes.map((node) => ({ rule: id, ...node })))
}
