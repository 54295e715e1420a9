import type { Settings } from '../../base/settings/settings.ts'
import { verifySmtp } from '../../mail/verify_smtp.ts'
import type { Check } from './check.ts'
import { look } from './run_check.ts'

export function checkMail({ smtpUrl, dataDir }: Settings): Promise<Check> {
  if (smtpUrl === null) {
    return Promise.resolve({
      name: 'Mail',
      state: 'warning',
      found: `no mail server; mails are written to ${dataDir}/mail`,
      mend: 'set ENTRYWAY_SMTP_URL and ENTRYWAY_EMAIL_FROM',
    })
  }
  return look(
    'Mail',
    'see that ENTRYWAY_SMTP_URL has the right host, port and password',
    async () => {
      await verifySmtp(smtpUrl)
      return { state: 'ok', found: `${new URL(smtpUrl).host} takes mails` }
    },
  )
}
