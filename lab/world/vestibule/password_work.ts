import crypto, { type ScryptOptions, scryptSync } from 'node:crypto'
import { Worker } from 'node:worker_threads'

/*
 * Loaded first into children of the world, and by the suites: how much work the key of a password is. Tests sign the
 * same people in again and again, for 40 ms of CPU each. `WORLD_PASSWORDS` is
 *
 * - `once`: the program's own threads and code derive it, and a process keeps the key of a password and a salt;
 * - `cheap`: N is 2 in place of 16,384, also in a stock PDS of this process. It is for suites whose hashes no other
 *   program is given.
 */

type Question = { password: string; salt: string; length: number }
type Derive = (
  password: string,
  salt: string,
  length: number,
  done: (err: Error | null, key: Buffer) => void,
) => void

const CHEAP: ScryptOptions = { N: 2 }

const isCheap = () => process.env.WORLD_PASSWORDS === 'cheap'

const keys = new Map<string, Uint8Array>()
// Suites may put other clocks in its place.
const { setImmediate } = globalThis

const { postMessage } = Worker.prototype
Worker.prototype.postMessage = function (question: unknown, ...transfer) {
  const ask = () => Reflect.apply(postMessage, this, [question, ...transfer])
  if (!isQuestion(question) || !process.env.WORLD_PASSWORDS) return ask()
  const { password, salt, length } = question
  const answer = (key: Uint8Array) => void setImmediate(() => this.emit('message', key))
  if (isCheap()) return answer(scryptSync(password, salt, length, CHEAP))
  const id = JSON.stringify([password, salt, length])
  const known = keys.get(id)
  if (known) return answer(known)
  // A thread is asked for one key at a time.
  this.once('message', (key: Uint8Array) => keys.set(id, key))
  return ask()
}

const { scrypt } = crypto
const derive: Derive = (password, salt, length, done) =>
  scrypt(password, salt, length, isCheap() ? CHEAP : {}, done)
// A PDS looks it up there for each password.
crypto.scrypt = derive as typeof scrypt

function isQuestion(message: unknown): message is Question {
  return typeof (message as Question | null)?.salt === 'string'
}
