import { deviceName } from '../http/names/device_name.ts'

/** When, from where and with what something was asked for. */
export type Occasion = {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Client address. */
  readonly address?: string | undefined
  /** `User-Agent` header, of any length. */
  readonly userAgent?: string | undefined
}

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
  return [`${time} UTC`, address, deviceName(userAgent)].filter(Boolean).join(' · ')
}
