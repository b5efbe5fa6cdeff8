import { type TrustedUpload, uploadsOf } from '../release.ts'
import { attests, certainlyAttests } from './attestations.ts'
import type { Check, Found } from './check.ts'

/** F6: which of two workflow files a registry compares. */
export const calledWorkflow: Check = {
  id: 'called-workflow',
  title:
    'a publish in a called workflow, of which PyPI compares one file and the attestation names another',
  failures: ['F6'],
  severity: 'error',
  *find(release) {
    if (release.pipeline.provider !== 'github') return
    for (const upload of uploadsOf(release)) {
      if (upload.credentials !== 'trusted' || upload.job.file === upload.job.entry) continue
      yield upload.step.ecosystem === 'pypi' ? ofPypi(upload) : ofNpm(upload)
    }
  },
}

function ofPypi({ job, step }: TrustedUpload): Found {
  if (attests(step)) {
    return {
      ...(!certainlyAttests(step) && { severity: 'warning' as const }),
      place: step.place,
      message: `PyPI compares the called file (${base(job.file)}), the attestation names the caller (${base(job.entry)}): the files go up, then "400 Invalid attestations supplied during upload", and the release stops half way.`,
      fix: `Publish in ${base(job.entry)} itself, in a job that downloads what the called workflow has built; or set \`attestations: false\`.`,
    }
  }
  return {
    severity: 'note',
    place: step.place,
    message: `PyPI compares the called file: the trusted publisher has to name ${base(job.file)}, not ${base(job.entry)}.`,
    fix: `Register ${base(job.file)} at PyPI, or publish in ${base(job.entry)} itself.`,
  }
}

function ofNpm({ job, step }: TrustedUpload): Found {
  return {
    severity: 'note',
    place: step.place,
    message: `npmjs.com compares the file that an event starts: the trusted publisher has to name ${base(job.entry)}, not ${base(job.file)}.`,
    fix: `Register ${base(job.entry)} at npmjs.com.`,
  }
}

function base(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1)
}
