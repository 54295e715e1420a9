import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { sayUnless } from '../shared/left_out.ts'

const RULES = fileURLToPath(new URL('../../deploy/prometheus/vestibule.rules.yml', import.meta.url))
const isInstalled = sayUnless(
  spawnSync('promtool', ['--version']).status === 0,
  'alerts: promtool is not installed (apt-get install prometheus)',
)

/** What the metrics are, a minute after another, and when the alert is silent and when it fires. */
type Case = { series: Record<string, string>; silentAt: string; firesAt: string }

const metric = (name: string) => `vestibule_${name}`

const cases: Record<string, Case> = {
  VestibuleDown: {
    series: { 'up{job="vestibule"}': '1x5 0x10' },
    silentAt: '6m',
    firesAt: '10m',
  },
  VestibuleFaults: {
    series: {
      [metric('requests_total{route="token",status="200"}')]: '0+600x30',
      [metric('requests_total{route="token",status="503"}')]: '0x5 0+60x25',
    },
    silentAt: '5m',
    firesAt: '25m',
  },
  VestibuleSlow: {
    series: {
      [metric('request_seconds_bucket{route="token",le="1"}')]: '0+10x30',
      [metric('request_seconds_bucket{route="token",le="5"}')]: '0+100x30',
      [metric('request_seconds_bucket{route="token",le="+Inf"}')]: '0+100x30',
    },
    silentAt: '5m',
    firesAt: '25m',
  },
  VestibuleEventLoopBusy: {
    series: { 'nodejs_eventloop_lag_p99_seconds{job="vestibule"}': '0.02x5 0.9x25' },
    silentAt: '10m',
    firesAt: '25m',
  },
  VestibuleConnectionsRefused: {
    series: { [metric('refused_connections_total{kind="connection"}')]: '0x5 0+4x25' },
    silentAt: '5m',
    firesAt: '20m',
  },
  VestibuleUnhandledRejection: {
    series: { [metric('unhandled_rejections_total')]: '0x5 1x25' },
    silentAt: '4m',
    firesAt: '10m',
  },
  VestibulePasswordGuessing: {
    series: {
      [metric('sign_ins_total{way="password",result="failed"}')]: '0+300x40',
      [metric('sign_ins_total{way="password",result="succeeded"}')]: '0+6x40',
    },
    silentAt: '5m',
    firesAt: '35m',
  },
  VestibuleLimitForEverybody: {
    series: {
      [metric('rate_limited_total{limit="mail, everybody, codes"}')]: '0x5 0+1x20',
      [metric('rate_limited_total{limit="token"}')]: '0+9x25',
    },
    silentAt: '4m',
    firesAt: '15m',
  },
  VestibuleTokensReplayed: {
    series: { [metric('tokens_total{profile="oauth",act="replayed"}')]: '0x5 0+1x20' },
    silentAt: '6m',
    firesAt: '20m',
  },
  VestibuleMailFails: {
    series: { [metric('mails_total{kind="signInCode",result="failed"}')]: '0x5 0+1x20' },
    silentAt: '5m',
    firesAt: '15m',
  },
  VestibuleUpstreamFails: {
    series: {
      [metric('upstream_seconds_count{upstream="plc",result="failed"}')]: '0x5 0+3x40',
      [metric('upstream_seconds_count{upstream="plc",result="answered"}')]: '0+3x45',
    },
    silentAt: '5m',
    firesAt: '35m',
  },
  VestibuleUpstreamSlow: {
    series: {
      [metric('upstream_seconds_bucket{upstream="pds",result="answered",le="5"}')]: '0+1x45',
      [metric('upstream_seconds_bucket{upstream="pds",result="answered",le="10"}')]: '0+9x45',
      [metric('upstream_seconds_bucket{upstream="pds",result="answered",le="+Inf"}')]: '0+9x45',
    },
    silentAt: '5m',
    firesAt: '40m',
  },
  VestibuleSagasOpen: {
    // One that is finished after ten minutes, and one that is not.
    series: {
      [metric('sagas_open{what="sign-up"}')]: '0x5 1x60',
      [metric('sagas_open{what="deletion"}')]: '0x5 1x10 0x50',
    },
    silentAt: '20m',
    firesAt: '50m',
  },
  VestibuleReplicationLag: {
    series: { [metric('replication_lag_seconds{to="engine"}')]: '0x3 9 0x6 9x20' },
    silentAt: '5m',
    firesAt: '20m',
  },
  VestibuleDiskFull: {
    series: {
      [metric('disk_free_bytes')]: '50x5 5x30',
      [metric('disk_bytes')]: '100x35',
    },
    silentAt: '10m',
    firesAt: '25m',
  },
  VestibuleBackupOld: {
    series: { [metric('backup_age_seconds{to="disk"}')]: '172000+60x40' },
    silentAt: '15m',
    firesAt: '30m',
  },
  VestibuleAccountDamaged: {
    series: {
      [metric('events_total{event="account_damaged"}')]: '0x5 1x25',
      [metric('events_total{event="signed_in"}')]: '0+9x30',
    },
    silentAt: '4m',
    firesAt: '10m',
  },
}

const named = [...readFileSync(RULES, 'utf8').matchAll(/- alert: (\w+)/g)].map(([, name]) => name)

test('each alert has its case', () => {
  expect(Object.keys(cases)).toEqual(named)
})

test.runIf(isInstalled)('the rules are well-formed', () => {
  expect(execFileSync('promtool', ['check', 'rules', RULES], { encoding: 'utf8' })).toContain(
    `SUCCESS: ${named.length} rules found`,
  )
})

test.runIf(isInstalled)('each alert fires when it should, and not before', async () => {
  const isFiring = (alert: string, at: string, count: number) => ({
    expr: `count(ALERTS{alertname="${alert}",alertstate="firing"})`,
    eval_time: at,
    exp_samples: count ? [{ labels: '{}', value: count }] : [],
  })
  const tests = Object.entries(cases).map(([alert, { series, silentAt, firesAt }]) => ({
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: [isFiring(alert, silentAt, 0), isFiring(alert, firesAt, 1)],
  }))
  const folder = await makeTemporaryFolder('alerts')
  try {
    const file = join(folder.path, 'alerts.json')
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ rule_files: [RULES], evaluation_interval: '1m', tests }))
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], {
      encoding: 'utf8',
    })
    expect({ status, said: stdout + stderr }).toMatchObject({ status: 0 })
  } finally {
    await folder.remove()
  }
})
