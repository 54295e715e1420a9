import { Endings } from '../../actors/auth/endings.ts'

// Once it gets a message, the program dies where an ending is done and nobody was told.
process.once('message', () => {
  Endings.prototype.tell = () => {
    process.kill(process.pid, 'SIGKILL')
    return new Promise(() => {})
  }
})
