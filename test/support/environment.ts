import { temporaryFolder } from './folders.ts'

export type Variables = Readonly<Record<string, string | undefined>>

/** What a client needs to run at all, and to fetch what packages are built with. */
const KEPT =
  /^(?:PATH|LANG|TMPDIR|SYSTEMROOT|PATHEXT|PIP_.*|SSL_CERT_(?:FILE|DIR)|NODE_EXTRA_CA_CERTS|TRUSTPUB_CACHE)$/i

/** An environment without any configuration of this machine: an empty home folder, no proxy, no tokens. */
export function cleanEnvironment(): Variables {
  const home = temporaryFolder()
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => KEPT.test(name))),
    HOME: home,
    USERPROFILE: home,
    CI: 'true',
    NO_COLOR: '1',
    npm_config_update_notifier: 'false',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
    NO_PROXY: '127.0.0.1,localhost',
  }
}
