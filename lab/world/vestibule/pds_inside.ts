/** Where a program's PDS inside is: its process, and its port on loopback. */
export type PdsInside = { pid: number; port: number }

const UP = /"pid":(\d+),"port":(\d+),"msg":"the PDS is up"/g

/** The PDSes that a program has run inside, by its log; the newest last. */
export function pdsesInside({ logs }: { logs: string }): PdsInside[] {
  return [...logs.matchAll(UP)].map(([, pid, port]) => ({ pid: Number(pid), port: Number(port) }))
}

/** The newest of them. @throws {Error} when there is none */
export function pdsInside(program: { logs: string }): PdsInside {
  const newest = pdsesInside(program).at(-1)
  if (!newest) throw new Error('There is no PDS inside')
  return newest
}
