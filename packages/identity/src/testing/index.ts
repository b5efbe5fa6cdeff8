export {
  type DevelopmentIssuer,
  type DevelopmentIssuerOptions,
  type JobIdentity,
  type SignOptions,
  startDevelopmentIssuer,
} from './development-issuer.ts'
