/** Starts Vestibule, tells about it on stdout, and is gone without closing anything. */
import { startPlc } from '../../lab/world/servers/plc.ts'
import { startVestibule } from '../../lab/world/vestibule/vestibule.ts'

const plc = await startPlc()
const { pid, dataDir } = await startVestibule({ plcUrl: plc.url })
process.stdout.write(JSON.stringify({ pid, dataDir }), () => process.kill(process.pid, 'SIGKILL'))
