import { type Browser, type BrowserContext, chromium } from 'playwright-core'
import { type CertificateAuthority, publicKeyHash } from '../certificates.ts'
import { makeTemporaryFolder } from '../temporary_folder.ts'
import { findChromium } from './chromium.ts'

export type TestBrowser = {
  browser: Browser
  /** A fresh profile: no cookies, 1280×900, English. */
  newContext: () => Promise<BrowserContext>
  close: () => Promise<void>
}

/** Milliseconds that a page has for one step before the step fails. */
const PATIENCE = 60_000

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Else each way from one site to another starts a process, which is nearly half of the CPU of it.
  '--renderer-process-limit=1',
  '--host-resolver-rules=MAP *.test 127.0.0.1, MAP *.internal 127.0.0.1',
]

/**
 * For a context: nothing behind a dialog is blurred. Without a graphics card that was a third of the CPU of a suite,
 * for each frame anew.
 */
const WITHOUT_BLUR = `{
  const sheet = new CSSStyleSheet()
  sheet.replaceSync('*, ::before, ::after, ::backdrop { backdrop-filter: none !important }')
  document.adoptedStyleSheets.push(sheet)
}`

/**
 * Starts a headless Chromium that finds the world's host names.
 *
 * @param ca an authority whose certificates the browser shall trust
 */
export async function startBrowser(ca?: CertificateAuthority): Promise<TestBrowser> {
  const { executablePath, env } = await findChromium()
  const trust = ca ? [`--ignore-certificate-errors-spki-list=${publicKeyHash(ca.cert)}`] : []
  // Its processes leave some of their temporary files there.
  const folder = await makeTemporaryFolder('browser')
  const browser = await chromium.launch({
    executablePath,
    args: [...FLAGS, ...trust],
    env: { ...(process.env as Record<string, string>), ...env, TMPDIR: folder.path },
  })
  // Also those that are made by the browser itself.
  browser.on('context', (context) => context.setDefaultTimeout(PATIENCE))
  return {
    browser,
    newContext: async () => {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        locale: 'en-US',
      })
      await context.addInitScript({ content: WITHOUT_BLUR })
      return context
    },
    close: async () => {
      await browser.close()
      await folder.remove()
    },
  }
}
