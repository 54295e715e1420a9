import type { Settings } from '../../base/settings/settings.ts'
import type { Check } from './check.ts'

/** Names that lead to this machine and no other. */
export const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])$|\.(test|localhost)$/

/**
 * What a program needs of the world, as long as its public URL is local: what fails there keeps nobody
 * from trying it out, and has to be mended before it gets a public one.
 */
export function forTrial(checks: Check[], { publicUrl }: Pick<Settings, 'publicUrl'>): Check[] {
  if (!LOCAL.test(new URL(publicUrl).hostname)) return checks
  return checks.map((check) =>
    check.state !== 'failed'
      ? check
      : {
          ...check,
          state: 'warning',
          found: `${check.found}: no fault while the public URL is ${publicUrl}`,
          mend: `before ENTRYWAY_PUBLIC_URL is an https address, ${check.mend}`,
        },
  )
}
