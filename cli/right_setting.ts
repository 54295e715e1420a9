import { SettingsError } from '../base/errors.ts'
import { readSettings } from '../base/settings/settings.ts'

/** A PDS is a setting of several parts. */
const PDS_PARTS = { ENTRYWAY_PDS_DID: 'did:web:example.com', ENTRYWAY_PDS_ADMIN_PASSWORD: '-' }

/** Whether the program will take one setting, by its own rules; why not. */
export function isSettingRight(
  variable: string,
  value: string,
  { ENTRYWAY_DEV, ENTRYWAY_PUBLIC_URL, ENTRYWAY_PDS_URL }: Record<string, string | undefined>,
): true | string {
  try {
    const beside = variable.startsWith('ENTRYWAY_PDS_') ? { ...PDS_PARTS, ENTRYWAY_PDS_URL } : {}
    readSettings({ ENTRYWAY_DEV, ENTRYWAY_PUBLIC_URL, ...beside, [variable]: value })
    return true
  } catch (err) {
    if (!(err instanceof SettingsError)) throw err
    const prefix = `${variable}: `
    const line = err.lines.find((one) => one.startsWith(prefix))
    return (
      line === undefined ||
      line
        .slice(prefix.length)
        .replace('ENTRYWAY_DEV=1', 'ENTRYWAY_DEV=1 (stop, then go on with init --dev)')
    )
  }
}
