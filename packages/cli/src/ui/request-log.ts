import { type Logger, pino } from 'pino'
import type { Ui } from './ui.ts'

interface Line {
  readonly level: number
  readonly msg?: string
  readonly method?: string
  readonly path?: string
  readonly status?: number
  readonly ms?: number
  readonly code?: string
  readonly error?: string
}

/** Errors are always told; pino's number for them. */
const ERROR = 50

/** The registry's log as lines for people: one a request, with the code of the refusal if it was refused. */
export function requestLog(ui: Ui, quiet: boolean): Logger {
  const write = (json: string) => {
    const line = JSON.parse(json) as Line
    if (line.level >= ERROR) ui.problem(`${line.msg}\n${line.error}`)
    else ui.progress(requestLine(line))
  }
  return pino({ level: quiet ? 'error' : 'info', base: null }, { write })
}

function requestLine({ method, path, status, ms, code }: Line): string {
  const time = new Date().toISOString().slice(11, 19)
  return [time, status, method, path, `${ms} ms`, code]
    .filter((part) => part !== undefined)
    .join(' ')
}
