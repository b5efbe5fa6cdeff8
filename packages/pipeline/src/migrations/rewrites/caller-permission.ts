import { callerPermission } from '../../checks/caller-permission.ts'
import type { Rewrite } from '../migration.ts'

/** The permissions of calling jobs, where called jobs ask for more than ID tokens. */
export const callersPermission: Rewrite = {
  id: 'caller-permission',
  title: 'Gives calling jobs what the jobs that they call ask for, without which no run starts.',
  *rewrite(release) {
    const written = new Set<string>()
    for (const { place, edits, message, fix } of callerPermission.find(release)) {
      // Two jobs may ask for one scope: what is put into a block once, the next round sees there.
      const at = edits?.map(({ file, start }) => `${file}:${start}`) ?? []
      if (at.some((one) => written.has(one))) continue
      for (const one of at) written.add(one)
      yield edits === undefined
        ? { place, sentence: `${message} ${fix}` }
        : {
            place,
            sentence:
              'A job that calls a workflow gets what the called jobs ask for: without that, GitHub starts no run.',
            edits,
          }
    }
  },
}
