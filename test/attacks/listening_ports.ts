import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

const LISTEN = '0A'

/** The processes that a process started. */
export function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number),
  )
}

/** The TCP sockets on which a process listens. */
export function listeningOf(pid: number): { isLoopback: boolean; port: number }[] {
  const fds = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`)
    } catch {
      return ''
    }
  })
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(
        ([, , , state, , , , , , inode]) => state === LISTEN && fds.includes(`socket:[${inode}]`),
      )
      .map(([, local = '']) => {
        const [address = '', port = ''] = local.split(':')
        return { isLoopback: isLoopback(address), port: Number.parseInt(port, 16) }
      }),
  )
}

/** 127.0.0.0/8 and ::1, in the byte order of the table. */
function isLoopback(address: string): boolean {
  return /^.{6}7F$/.test(address) || address === '00000000000000000000000001000000'
}
