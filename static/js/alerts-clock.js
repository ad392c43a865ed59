/* A worker that ticks every second: the timers of a hidden page are slowed down to one a minute, a worker's are not. */
"use strict";

setInterval(() => postMessage("tick"), 1000);
