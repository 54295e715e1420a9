import { z } from 'zod'
import { color, emailAddress, image, webUrl } from './setting_kinds.ts'

/** The settings of this subject; each but the contact's bears the name that it has at a PDS. */
export const brandingEnvironment = {
  ENTRYWAY_HOME_URL: webUrl.optional(),
  ENTRYWAY_TERMS_OF_SERVICE_URL: webUrl.optional(),
  ENTRYWAY_PRIVACY_POLICY_URL: webUrl.optional(),
  ENTRYWAY_SUPPORT_URL: webUrl.optional(),
  ENTRYWAY_CONTACT_EMAIL_ADDRESS: emailAddress.optional(),
  ENTRYWAY_LOGO_URL: image.optional(),
  ENTRYWAY_PRIMARY_COLOR: color.optional(),
  ENTRYWAY_ERROR_COLOR: color.optional(),
  ENTRYWAY_WARNING_COLOR: color.optional(),
  ENTRYWAY_INFO_COLOR: color.optional(),
  ENTRYWAY_SUCCESS_COLOR: color.optional(),
  ENTRYWAY_BACKGROUND_LIGHT_URL: image.optional(),
  ENTRYWAY_BACKGROUND_DARK_URL: image.optional(),
}

/** What people see of the service: where its texts are, whom to ask, and how its pages look. */
export type Branding = {
  links: {
    home: string | undefined
    termsOfService: string | undefined
    privacyPolicy: string | undefined
    support: string | undefined
  }
  contactEmail: string | undefined
  logo: string | undefined
  colors: Record<'primary' | 'error' | 'warning' | 'info' | 'success', string | undefined>
  background: { light: string | undefined; dark: string | undefined }
}

const environment = z.object(brandingEnvironment)

export function toBranding(e: z.output<typeof environment>): Branding {
  return {
    links: {
      home: e.ENTRYWAY_HOME_URL,
      termsOfService: e.ENTRYWAY_TERMS_OF_SERVICE_URL,
      privacyPolicy: e.ENTRYWAY_PRIVACY_POLICY_URL,
      support: e.ENTRYWAY_SUPPORT_URL,
    },
    contactEmail: e.ENTRYWAY_CONTACT_EMAIL_ADDRESS,
    logo: e.ENTRYWAY_LOGO_URL,
    colors: {
      primary: e.ENTRYWAY_PRIMARY_COLOR,
      error: e.ENTRYWAY_ERROR_COLOR,
      warning: e.ENTRYWAY_WARNING_COLOR,
      info: e.ENTRYWAY_INFO_COLOR,
      success: e.ENTRYWAY_SUCCESS_COLOR,
    },
    background: { light: e.ENTRYWAY_BACKGROUND_LIGHT_URL, dark: e.ENTRYWAY_BACKGROUND_DARK_URL },
  }
}
