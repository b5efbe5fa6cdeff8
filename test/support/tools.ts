/** The program's own way of finding and fetching clients, so that the tests use the same cache. */

export { cached, cacheFolder } from 'trustpub/src/tools/cache.ts'
export { MissingTool } from 'trustpub/src/tools/missing.ts'
export { fetchedTool, type Tool } from 'trustpub/src/tools/node-tools.ts'
export { type PythonTools, pythonTools } from 'trustpub/src/tools/python-tools.ts'
export { type Finished, run } from 'trustpub/src/tools/run.ts'
