import Bowser from 'bowser'

const KNOWN_BROWSERS = new Set<string>(Object.values(Bowser.BROWSER_MAP))
const KNOWN_SYSTEMS = new Set<string>(Object.values(Bowser.OS_MAP))

/** Characters of a `User-Agent` that are looked at. */
const LONGEST = 500

/**
 * Browser and system, where they are known ones: nothing that a client made up gets into a mail or a
 * page.
 *
 * @param userAgent `User-Agent` header, of any length
 * @returns `Firefox, Linux`; empty where neither is known
 */
export function deviceName(userAgent: string | null | undefined): string {
  if (!userAgent) return ''
  const { browser, os } = Bowser.parse(userAgent.slice(0, LONGEST))
  const names = [
    KNOWN_BROWSERS.has(browser.name ?? '') && browser.name,
    KNOWN_SYSTEMS.has(os.name ?? '') && os.name,
  ]
  return names.filter(Boolean).join(', ')
}
