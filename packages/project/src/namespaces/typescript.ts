export { TypeScriptProject } from '../node/typescript-project.ts'
export type { TypeScriptProjectOptions } from '../options/typescript.ts'
