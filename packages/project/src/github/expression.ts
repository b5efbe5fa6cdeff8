/** `${{ text }}`: what GitHub puts in when a run starts. */
export function expression(text: string): string {
  return `\${{ ${text} }}`
}

/** Runs of one workflow for one ref wait for each other. */
export const GROUP: string = `${expression('github.workflow')}-${expression('github.ref')}`

/** The branch of a run, empty in a run for a tag. */
export const BRANCH: string = expression("github.ref_type == 'branch' && github.ref_name || ''")
