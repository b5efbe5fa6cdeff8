export { NodeProject } from '../node/node-project.ts'
export { NodePackage } from '../node/package-json.ts'
export {
  NodePackageManager,
  type NodeProjectOptions,
  NpmAccess,
  Stability,
} from '../options/node.ts'
export * from './unused-choices.ts'
