/** Preloaded into a program under test: logs each address that it tries to connect to. */
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

subscribe('net.client.socket', (message) => {
  const { socket } = message as { socket: Socket }
  socket.on('connectionAttempt', (address: string, port: number) => {
    console.error(`connects to ${address} port ${port}`)
  })
})
