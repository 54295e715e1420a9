import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'

const folder = new URL('../../docs/screenshots/', import.meta.url)

/** Renews `docs/screenshots/<name>.png` when asked to by `SCREENSHOTS=1`; else does nothing. */
export async function screenshot(page: Page, name: string): Promise<void> {
  if (process.env.SCREENSHOTS !== '1') return
  await page.mouse.move(0, 0)
  await page.waitForLoadState('networkidle')
  const path = fileURLToPath(new URL(`${name}.png`, folder))
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' })
}
