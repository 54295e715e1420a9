import { beforeAll, expect, vi } from 'vitest'
import '../lab/world/password_work.ts'

/** Suites whose people have passwords in this process and what it starts alone: they sign up for 40 ms of CPU each. */
const CHEAP = /\/test\/(factors|limits|mail|openid|passkeys|security_page|sign_in)\//

beforeAll(() => {
  if (CHEAP.test(expect.getState().testPath ?? '')) vi.stubEnv('WORLD_PASSWORDS', 'cheap')
})
