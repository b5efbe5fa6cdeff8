export { JsiiProject } from '../jsii/jsii-project.ts'
export type { JsiiProjectOptions } from '../options/jsii.ts'
