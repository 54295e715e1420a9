/**
 * Loaded first into children of the world, and by the suites: with `WORLD_DERIVES_ONCE`, a process derives the key
 * of a password and a salt once, by the program's own threads and code, and keeps it. Tests sign the same people in
 * again and again, for 40 ms of CPU each.
 */
import type { Worker } from 'node:worker_threads'

type Question = { password: string; salt: string; length: number }

const keys = new Map<string, Uint8Array>()
// Suites may put other clocks in its place.
const { setImmediate } = globalThis

const remember = (thread: Worker) => {
  const ask = thread.postMessage.bind(thread)
  thread.postMessage = (question) => {
    if (!isQuestion(question)) return ask(question)
    const id = JSON.stringify([question.password, question.salt, question.length])
    const known = keys.get(id)
    if (known) return void setImmediate(() => thread.emit('message', known))
    // A thread is asked for one key at a time.
    thread.once('message', (key: Uint8Array) => keys.set(id, key))
    ask(question)
  }
}
if (process.env.WORLD_DERIVES_ONCE) process.on('worker', remember)

function isQuestion(message: unknown): message is Question {
  return typeof (message as Question | null)?.salt === 'string'
}
