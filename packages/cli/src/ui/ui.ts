import pc from 'picocolors'

/** Where a command's words go: results to stdout, progress and problems to stderr. */
export interface Ui {
  readonly colour: ReturnType<typeof pc.createColors>
  /** A line of the result. */
  readonly print: (line?: string) => void
  /** The result for machines. */
  readonly printJson: (value: unknown) => void
  /** A line that explains the result where stdout is for a program: to stderr. */
  readonly explain: (line?: string) => void
  /** A line about what is going on; erased by nothing, so that CI logs keep it. */
  readonly progress: (line: string) => void
  /** A line that the CI reads as a command: to stderr exactly as it is, since colours around it would hide it. */
  readonly ciCommand: (line: string) => void
  /** A problem that a person should read. */
  readonly problem: (line: string) => void
  /** Ends with the next SIGINT or SIGTERM; before it is called they end the process, as usual. */
  readonly interrupted: () => Promise<void>
}

/** The process's own stdout and stderr. Colour only on a terminal, unless NO_COLOR or FORCE_COLOR decide. */
export function terminalUi(): Ui {
  const { env, stdout, stderr } = process
  const asked = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0'
  const colour = pc.createColors(!env.NO_COLOR && (asked || stdout.isTTY === true))
  const stderrColour = pc.createColors(!env.NO_COLOR && (asked || stderr.isTTY === true))
  return {
    colour,
    print: (line = '') => void stdout.write(`${line}\n`),
    printJson: (value) => void stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    explain: (line = '') => void stderr.write(`${line}\n`),
    progress: (line) => void stderr.write(`${stderrColour.dim(line)}\n`),
    ciCommand: (line) => void stderr.write(`${line}\n`),
    problem: (line) => void stderr.write(`${stderrColour.red('trustpub:')} ${line}\n`),
    interrupted: () =>
      new Promise((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
      }),
  }
}
