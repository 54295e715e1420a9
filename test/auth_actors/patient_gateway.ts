import { TIMEOUTS } from '../../gateway/timeouts.ts'

// An exchange that goes on is cut where nothing can be asked for this long, as while a runner starts.
TIMEOUTS.doubt = 240_000
