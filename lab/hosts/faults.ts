import { setTimeout } from 'node:timers/promises'
import type { Installation } from './installation.ts'
import { cutOff, type Host, heal, slowDown } from './lan.ts'

/** Milliseconds that something is away of which there is only one. */
const AWAY = 10_000

/** Something that goes wrong, and how it is mended. */
export type Fault = {
  name: string
  /** Whether the rest has to serve before it is mended. */
  isSurvived: boolean
  begin(): Promise<void> | void
  mend(): Promise<void> | void
}

/** Every kind of process is killed and cut off. */
export function faultsOf({ parts }: Installation, hosts: Host[]): Fault[] {
  const host = (name: string) => hosts.find((one) => one.name === name) as Host
  const kill = (name: string): Fault => ({
    name: `kill ${name}`,
    isSurvived: true,
    begin: () => parts[name]?.kill(),
    mend: () => parts[name]?.start(),
  })
  const cut = (name: string): Fault => ({
    name: `cut off ${name}`,
    isSurvived: true,
    begin: () => cutOff(host(name)),
    mend: () => heal(host(name)),
  })
  const once = (fault: Fault): Fault => ({
    ...fault,
    isSurvived: false,
    name: `${fault.name} for ${AWAY / 1_000} s`,
    begin: async () => {
      await fault.begin()
      await setTimeout(AWAY)
      await fault.mend()
    },
    mend: () => {},
  })
  const from = (name: string, other: string): Fault => ({
    name: `cut off ${name} from ${other}`,
    isSurvived: true,
    begin: () => cutOff(host(name), [host(other)]),
    mend: () => heal(host(name)),
  })
  const every = (begin: (one: Host) => void) => () =>
    hosts.filter(({ name }) => name !== 'world').forEach(begin)
  return [
    ...['gateway-0', 'runner-0', 'engine-0', 'engine-1'].map(kill),
    ...['gateway-1', 'runner-1', 'engine-0', 'engine-1'].map(cut),
    ...['postgres', 'nats'].map((other) => from('engine-0', other)),
    ...['postgres', 'nats'].flatMap((name) => [once(kill(name)), once(cut(name))]),
    {
      name: 'slow: 20 ms, 1 of 100 lost',
      isSurvived: true,
      begin: every(slowDown),
      mend: every(heal),
    },
  ]
}
