import type { z } from 'zod'
import { captchaSecretKey, captchaSiteKey } from './setting_kinds.ts'

export const captchaEnvironment = {
  ENTRYWAY_HCAPTCHA_SITE_KEY: captchaSiteKey.optional(),
  ENTRYWAY_HCAPTCHA_SECRET_KEY: captchaSecretKey.optional(),
}

type CaptchaEnvironment = z.output<z.ZodObject<typeof captchaEnvironment>>

/** The keys with which hCaptcha is asked whether a person signs up; null where it is not. */
export type CaptchaSetting = { siteKey: string; secretKey: string } | null

export function toCaptchaSetting(e: CaptchaEnvironment): CaptchaSetting {
  const { ENTRYWAY_HCAPTCHA_SITE_KEY: siteKey, ENTRYWAY_HCAPTCHA_SECRET_KEY: secretKey } = e
  return siteKey && secretKey ? { siteKey, secretKey } : null
}

/** What is wrong with these settings, one line each. */
export function mistakesInCaptcha(e: CaptchaEnvironment): string[] {
  const { ENTRYWAY_HCAPTCHA_SITE_KEY: siteKey, ENTRYWAY_HCAPTCHA_SECRET_KEY: secretKey } = e
  if (Boolean(siteKey) === Boolean(secretKey)) return []
  const [set, unset] = siteKey ? ['SITE', 'SECRET'] : ['SECRET', 'SITE']
  return [
    `ENTRYWAY_HCAPTCHA_${unset}_KEY: is needed when ENTRYWAY_HCAPTCHA_${set}_KEY is set; hCaptcha gives both`,
  ]
}
