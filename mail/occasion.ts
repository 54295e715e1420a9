import Bowser from 'bowser'

/** When, from where and with what something was asked for. */
export type Occasion = {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Client address. */
  readonly address?: string | undefined
  /** `User-Agent` header, of any length. */
  readonly userAgent?: string | undefined
}

const KNOWN_BROWSERS = new Set<string>(Object.values(Bowser.BROWSER_MAP))
const KNOWN_SYSTEMS = new Set<string>(Object.values(Bowser.OS_MAP))

/** Characters of a `User-Agent` that are looked at. */
const LONGEST = 500

/**
 * An occasion in few words, in UTC: a mail is read in places that are not known here.
 *
 * @param language BCP 47 tag
 */
export function describeOccasion({ at, address, userAgent }: Occasion, language: string): string {
  const time = new Intl.DateTimeFormat(language, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  }).format(at)
  return [`${time} UTC`, address, deviceOf(userAgent)].filter(Boolean).join(' · ')
}

/** Browser and system, where they are known ones: nothing that a client made up gets into a mail. */
function deviceOf(userAgent: string | undefined): string {
  if (!userAgent) return ''
  const { browser, os } = Bowser.parse(userAgent.slice(0, LONGEST))
  const names = [
    KNOWN_BROWSERS.has(browser.name ?? '') && browser.name,
    KNOWN_SYSTEMS.has(os.name ?? '') && os.name,
  ]
  return names.filter(Boolean).join(', ')
}
