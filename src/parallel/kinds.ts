// Everything that can be sent by reference: loaded in each thread, so that it can be made again there.

import "./pool/pool.ts";
import "./shared-channel.ts";
