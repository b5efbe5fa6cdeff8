/** A way in which a release by trusted publishing fails. */
export interface FailureMode {
  /** Stable; checks name it. */
  readonly id: string
  /** What goes wrong, in a few words. */
  readonly title: string
  /** Which other commands see it, or the rest of it, where no check can. */
  readonly also?: readonly ('rehearse' | 'dry-run' | 'publish')[]
}

/**
 * `dry-run` is `trustpub publish --dry-run` in the job itself: it exchanges, and uploads nothing. `publish` is `trustpub
 * publish`, which does not fail in that way.
 */
export const FAILURE_MODES: readonly FailureMode[] = [
  {
    id: 'F1',
    title: 'the exchange fails, and a useless token turns that into a 404',
    also: ['rehearse', 'dry-run'],
  },
  { id: 'F2', title: 'the client has no identity at all (ENEEDAUTH)', also: ['rehearse'] },
  { id: 'F3', title: 'leave to ask for ID tokens was never given, or got lost on the way' },
  { id: 'F4', title: 'the npm is too old, or the one to be installed refuses the Node' },
  {
    id: 'F5',
    title: 'the workflow file has another name than the publisher',
    also: ['rehearse', 'dry-run'],
  },
  {
    id: 'F6',
    title: 'a called workflow: npm compares the caller, PyPI the called file',
    also: ['dry-run'],
  },
  {
    id: 'F7',
    title: "the environment is another one than the publisher's",
    also: ['rehearse', 'dry-run'],
  },
  {
    id: 'F8',
    title: 'the repository was renamed, moved or forked, or is written in another case',
    also: ['dry-run'],
  },
  { id: 'F9', title: 'the package does not exist yet at npmjs.com', also: ['dry-run'] },
  { id: 'F10', title: 'one package of several has no publisher', also: ['rehearse', 'dry-run'] },
  {
    id: 'F11',
    title: '`repository` in package.json is missing or another one',
    also: ['rehearse'],
  },
  { id: 'F12', title: "the runner is not GitHub's own" },
  { id: 'F13', title: 'provenance is forced for a private repository' },
  { id: 'F14', title: 'the publisher may not do what the job does' },
  {
    id: 'F15',
    title: 'an issuer or subject that the registry does not understand',
    also: ['dry-run'],
  },
  { id: 'F16', title: 'a tool around the client is too old, or asks for a token itself' },
  { id: 'F17', title: 'the client has no trusted publishing' },
  { id: 'F18', title: 'the package goes to another registry', also: ['rehearse'] },
  {
    id: 'F19',
    title: 'a stored token hides that trusted publishing does not work',
    also: ['rehearse'],
  },
  { id: 'F20', title: 'the event that should start the publish never comes' },
  { id: 'F21', title: 'the release stops half way', also: ['publish'] },
  { id: 'F22', title: 'a prerelease or an older line without a dist-tag', also: ['rehearse'] },
  {
    id: 'F23',
    title: 'PyPI has no publisher, or a pending one under another name',
    also: ['dry-run'],
  },
  { id: 'F24', title: 'PyPI and TestPyPI are mixed up, or the address takes no uploads' },
  { id: 'F25', title: 'a password that is left behind' },
  { id: 'F26', title: 'two uploads with attestations in one job' },
  { id: 'F27', title: 'an action cannot run where it is used, or does not exist in that version' },
  {
    id: 'F28',
    title: 'the distributions are not where they are looked for, or too new for the client',
    also: ['rehearse'],
  },
  { id: 'F29', title: 'uv hides why the exchange failed' },
  { id: 'F30', title: 'the API token ends in the middle of a long upload', also: ['publish'] },
  { id: 'F31', title: 'an event that registries refuse' },
  { id: 'F32', title: 'a server whose ID tokens the registry does not know', also: ['dry-run'] },
  { id: 'F33', title: 'GitLab: the ID token has another name or audience' },
  { id: 'F34', title: 'GitLab: `id_tokens` at the top level' },
  { id: 'F35', title: 'GitLab: no ID token for Sigstore' },
  {
    id: 'F36',
    title: 'GitLab: the CI file is set elsewhere, or the job is in a child pipeline',
    also: ['dry-run'],
  },
  { id: 'F37', title: "GitLab: runners or a server of one's own" },
  { id: 'F38', title: 'GitLab: what was protected by a variable is protected no more' },
  { id: 'F39', title: 'splitting the job has lost a permission, a file or the repository of gh' },
  { id: 'F40', title: 'scripts of the package run beside the ID token' },
  { id: 'F41', title: 'a cache is restored beside the ID token' },
  { id: 'F42', title: 'an ID token is exchanged twice' },
  { id: 'F43', title: 'an exchange made by hand goes on after it has failed' },
]
