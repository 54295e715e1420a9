// Plain JavaScript: to strip types, every thread would first load a compiler of 5 MiB, for 30 ms.
import { scryptSync } from 'node:crypto'
import { getPriority, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'

const { niceIncrement } = workerData

if (niceIncrement > 0) {
  try {
    setPriority(Math.min(getPriority() + niceIncrement, 19))
  } catch {
    // A sandbox may forbid it. Passwords are hashed all the same, in competition with the rest.
  }
}

parentPort?.on('message', ({ password, salt, length }) => {
  parentPort?.postMessage(scryptSync(password, salt, length))
})
