/** Starts an engine, says its process id on stdout, and is gone without closing anything. */
import { startEngine } from '../../lab/world/servers/engine.ts'

const { pid, dataDir } = await startEngine()
process.stdout.write(JSON.stringify({ pid, dataDir }), () => process.kill(process.pid, 'SIGKILL'))
