import { beforeAll, expect, vi } from 'vitest'
import '../lab/world/vestibule/password_work.ts'

/** Suites whose people have passwords in this process and what it starts alone: they sign up for 40 ms of CPU each. */
const CHEAP =
  /\/test\/(account_flows|account_page|attacks|factors|limits|mail|openid|operator_page|passkeys|sagas|security_page|sign_in|xrpc\/comparison\.test)\b/

beforeAll(() => {
  if (CHEAP.test(expect.getState().testPath ?? '')) vi.stubEnv('WORLD_PASSWORDS', 'cheap')
})
