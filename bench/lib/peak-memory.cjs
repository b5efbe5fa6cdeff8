const { writeFileSync } = require('node:fs')

/** Programs started by this one inherit the variable but not the module, so the figure is this one's. */
process.on('exit', () => {
  writeFileSync(process.env.BENCH_PEAK_MEMORY, String(process.resourceUsage().maxRSS))
})
