export { JsiiProject } from '../jsii/jsii-project.ts'
export type { JsiiDotNetTarget, JsiiProjectOptions, JsiiPythonTarget } from '../options/jsii.ts'
export { Stability } from '../options/node.ts'
