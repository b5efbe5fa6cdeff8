export { PipelineError, type PipelineErrorCode } from './errors.ts'
export type {
  ClientId,
  IdTokenAccess,
  Package,
  Pipeline,
  Place,
  PublishJob,
  PublishStep,
  Repository,
  Setting,
  Trigger,
  Unknown,
} from './model.ts'
export { readPipelines } from './read.ts'
